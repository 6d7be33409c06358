/* SPDX-License-Identifier: Apache-2.0 */
/* What members vote, and whether two blocks that exclude each other can both become final. docs/model.md says what is
 * left out and why that is allowed; check.py has the configurations.
 *
 * There are no clocks, messages or losses. A vote that was signed may reach anybody at any time or never, so any member
 * may act on any proof at any later time. BYZANTINE members sign everything always: they count in every proof. What is
 * left are the HONEST members, and of each the votes it has signed.
 *
 * No rule of voting looks at what a member signed in another view. So the honest members of one view may be renamed without
 * renaming those of another, and the votes of a view are kept sorted: a state stands for all its renamings. */

/* The size. Views count from 1, view 0 is the block the first epoch starts from. */
#ifndef VIEWS
#define VIEWS 2
#endif
#ifndef HONEST
#define HONEST 3
#endif
#ifndef BYZANTINE
#define BYZANTINE 1
#endif
#ifndef QUORUM
#define QUORUM 3
#endif
#ifndef HOSTILE_LEADERS
#define HOSTILE_LEADERS 255   /* bit v: the leader of view v may propose two blocks, not one */
#endif
#ifndef OLD_VIEWS
#define OLD_VIEWS VIEWS       /* views above belong to the next epoch, and are voted on by the next set of the same size */
#endif

/* What else may happen: 0 or 1. */
#ifndef EXCLUSIONS_ONLY
#define EXCLUSIONS_ONLY 0         /* of the guard only the three exclusions that the argument for safety needs */
#endif
#ifndef AMNESIA
#define AMNESIA 0                 /* one honest member loses its safety record, once */
#endif
#ifndef ABSTAIN
#define ABSTAIN 0                 /* it asks the others where they are, and votes only above */
#endif
#ifndef ENTRY_PROOFS
#define ENTRY_PROOFS 0            /* no vote in a view without a proof of the view before */
#endif
#ifndef LOWEST_VIEW
#define LOWEST_VIEW 1             /* where an honest member may still be: in view 1; or 0: the views here are a part out of
                                   * an epoch, whose members are in the view before them */
#endif

/* Planted faults: 0 or 1. */
#ifndef NO_SKIP_CHECK
#define NO_SKIP_CHECK 0           /* a proposal may leave out views that were not nullified */
#endif
#ifndef DOUBLE_NOTARIZE
#define DOUBLE_NOTARIZE 0         /* a second NOTARIZE in a view is not refused */
#endif
#ifndef FINALIZE_AFTER_NULLIFY
#define FINALIZE_AFTER_NULLIFY 0
#endif
#ifndef NULLIFY_AFTER_FINALIZE
#define NULLIFY_AFTER_FINALIZE 0
#endif
#ifndef BOUND_TOO_LOW
#define BOUND_TOO_LOW 0           /* abstains up to the highest view it was told of, not one view further */
#endif
#ifndef MISSING_ANSWERS
#define MISSING_ANSWERS 0         /* how many fewer than a quorum of others have to answer */
#endif
#ifndef START_ON_NOTARIZED
#define START_ON_NOTARIZED 0      /* the next set starts on a handover block that is notarized, not yet final */
#endif
#ifndef OLD_GOES_ON
#define OLD_GOES_ON 0             /* the old set puts new blocks on its handover block */
#endif

/* Proposals are numbered 1.. by view, two a view; 0 is the genesis block. */
#define PROPOSALS          (VIEWS * 2)
#define ID(view, b)        ((view) * 2 - 1 + (b))
#define VIEW_OF(x)         (((x) + 1) / 2)
#define NONE               255

byte parent[PROPOSALS + 1] = NONE;    /* NONE: not proposed */
byte content[PROPOSALS + 1];          /* the proposal that its block was first proposed in: a REPEAT has its parent's */
bool handover[PROPOSALS + 1];         /* its block changes the members and ends the epoch */

/* What each member signed in each view: a bit for each vote. A member that lost its record goes on as one that never
 * voted, in a row of its own, under the same key: row 0 is its first life, the last row its second. */
#define ROWS               (HONEST + AMNESIA)
#define SECOND_LIFE        HONEST
#define NOTARIZE(b)        (1 << (b))
#define FINALIZE(b)        (4 << (b))
#define NULLIFY            16
#define ANY_NOTARIZE       3
#define ANY_FINALIZE       12
byte signed_[(VIEWS + 1) * ROWS];
#define SIGNED(view, row)  signed_[(view) * ROWS + (row)]

bool forgot;                          /* the safety record of row 0 is gone */
byte abstain_until;                   /* its second life votes only above */

/* Follows from the votes: the quorum proofs that can be shown. */
bool notarized[PROPOSALS + 1];
bool finalized[PROPOSALS + 1];
bool nullified[VIEWS + 1];
byte reach[VIEWS + 1];                /* the highest view below that is not nullified: a parent must not be older */

/* The step being taken, and scratch. */
hidden byte view, row, vote, x, from;
hidden byte i, k, a, b, count, ends_epoch, found, forked;

/* ---- When a step may be taken ---- */

#define FIRST(view)        ((view) > OLD_VIEWS -> OLD_VIEWS + 1 : 1)
#define SAME_EPOCH(v, w)   (((v) > OLD_VIEWS) == ((w) > OLD_VIEWS))
#define SHOWN(p)           ((p) == 0 || notarized[p])
#define OPENS_EPOCH(p)     (handover[p] && (finalized[p] || (START_ON_NOTARIZED && notarized[p])))

/* What members demand of a proposal before NOTARIZE: the proof of its parent and of every view left out. Proofs do not
 * go away, so it is asked once, when the proposal is made. */
#define SKIPS_PROVED(v, w) (reach[v] <= (w) || NO_SKIP_CHECK)
#define EXTENDS(v, p)      (SAME_EPOCH(v, VIEW_OF(p)) && VIEW_OF(p) < (v) && SHOWN(p) && SKIPS_PROVED(v, VIEW_OF(p)))
#define STARTS(v, p)       (!SAME_EPOCH(v, VIEW_OF(p)) && VIEW_OF(p) < (v) && OPENS_EPOCH(p) && SKIPS_PROVED(v, OLD_VIEWS))
/* The blocks of a view differ in nothing but their number, so the lower one comes first. */
#define IS_NEXT(v, b)      (parent[ID(v, b)] == NONE \
  && ((b) == 0 || (((HOSTILE_LEADERS >> (v)) & 1) && parent[ID(v, 0)] != NONE)))
#define CAN_PROPOSE(v, b, p)  (IS_NEXT(v, b) && (EXTENDS(v, p) || STARTS(v, p)))
#define CAN_HAND_OVER(v, b, p) ((v) <= OLD_VIEWS && OLD_VIEWS < VIEWS && IS_NEXT(v, b) && EXTENDS(v, p) && !handover[p])

#define ENTERED(v)         (!ENTRY_PROOFS || (v) == FIRST(v) || nullified[(v) - 1] \
  || notarized[ID((v) - 1, 0)] || notarized[ID((v) - 1, 1)])
#define IN_OFFICE(v, r)    (AMNESIA == 0 || ((r) == 0 -> !forgot : ((r) == SECOND_LIFE -> forgot && (v) > abstain_until : true)))
#define MAY_VOTE(v, r)     (IN_OFFICE(v, r) && ENTERED(v))
#define HAS(v, r, bits)    ((SIGNED(v, r) & (bits)) != 0)

/* The guard (docs/protocol.md), without its rules on the order of views. */
#define CAN_NOTARIZE(v, b, r) (parent[ID(v, b)] != NONE && MAY_VOTE(v, r) && !HAS(v, r, NOTARIZE(b)) \
  && (!HAS(v, r, ANY_NOTARIZE) || DOUBLE_NOTARIZE) \
  && (EXCLUSIONS_ONLY || (!HAS(v, r, NULLIFY) && !HAS(v, r, ANY_FINALIZE - FINALIZE(b)))))
#define CAN_NULLIFY(v, r)  (MAY_VOTE(v, r) && !HAS(v, r, NULLIFY) && (!HAS(v, r, ANY_FINALIZE) || NULLIFY_AFTER_FINALIZE))
#define CAN_FINALIZE(v, b, r) (notarized[ID(v, b)] && MAY_VOTE(v, r) && !HAS(v, r, FINALIZE(b)) \
  && (!HAS(v, r, NULLIFY) || FINALIZE_AFTER_NULLIFY) \
  && (EXCLUSIONS_ONLY || (!HAS(v, r, ANY_FINALIZE) && (HAS(v, r, NOTARIZE(b)) || !HAS(v, r, ANY_NOTARIZE)))))

/* ---- Promela has no loop over guarded choices: these write them out ---- */

#define PROPOSE(v, b, p) \
  :: CAN_PROPOSE(v, b, p) -> vote = 0; view = v; x = ID(v, b); from = p; ends_epoch = 0 \
  :: CAN_HAND_OVER(v, b, p) -> vote = 0; view = v; x = ID(v, b); from = p; ends_epoch = 1
#define CAST_BLOCK(v, b, r) \
  :: CAN_NOTARIZE(v, b, r) -> vote = NOTARIZE(b); view = v; row = r \
  :: CAN_FINALIZE(v, b, r) -> vote = FINALIZE(b); view = v; row = r
#define CAST(v, r) \
  CAST_BLOCK(v, 0, r) CAST_BLOCK(v, 1, r) \
  :: CAN_NULLIFY(v, r) -> vote = NULLIFY; view = v; row = r

#define ON(v, p)      PROPOSE(v, 0, p) PROPOSE(v, 1, p)
#define PARENTS_1(v)  ON(v, 0)
#define PARENTS_2(v)  PARENTS_1(v) ON(v, 1) ON(v, 2)
#define PARENTS_3(v)  PARENTS_2(v) ON(v, 3) ON(v, 4)
#define PARENTS_4(v)  PARENTS_3(v) ON(v, 5) ON(v, 6)

#define ROWS_3(v)     CAST(v, 0) CAST(v, 1) CAST(v, 2)
#if ROWS == 3
#define EACH_ROW(v)   ROWS_3(v)
#elif ROWS == 4
#define EACH_ROW(v)   ROWS_3(v) CAST(v, 3)
#elif ROWS == 5
#define EACH_ROW(v)   ROWS_3(v) CAST(v, 3) CAST(v, 4)
#elif ROWS == 6
#define EACH_ROW(v)   ROWS_3(v) CAST(v, 3) CAST(v, 4) CAST(v, 5)
#else
#error "write out EACH_ROW for this many"
#endif

#define STEPS_1       PARENTS_1(1) EACH_ROW(1)
#define STEPS_2       STEPS_1 PARENTS_2(2) EACH_ROW(2)
#if VIEWS == 2
#define EACH_STEP     STEPS_2
#elif VIEWS == 3
#define EACH_STEP     STEPS_2 PARENTS_3(3) EACH_ROW(3)
#elif VIEWS == 4
#define EACH_STEP     STEPS_2 PARENTS_3(3) EACH_ROW(3) PARENTS_4(4) EACH_ROW(4)
#else
#error "write out EACH_STEP for this many"
#endif

/* ---- What a step does. What is printed shows in a replay only: check.py --show NAME ---- */

inline propose() {
  parent[x] = (SAME_EPOCH(view, VIEW_OF(from)) -> from : content[from]);
  content[x] = x;
  handover[x] = ends_epoch;
  if
  :: SAME_EPOCH(view, VIEW_OF(from)) && handover[from] && !OLD_GOES_ON ->   /* only a REPEAT is valid there */
     content[x] = content[from];
     handover[x] = true
  :: else
  fi;
  printf("view %d: proposal %d on %d", view, x, parent[x]);
  if
  :: content[x] != x -> printf(", a REPEAT\n")
  :: content[x] == x && handover[x] -> printf(", a handover block\n")
  :: else -> printf("\n")
  fi
}

/* How many signed `vote` in `view`, each key once. */
inline tally() {
  count = BYZANTINE;
  for (i : 0 .. HONEST - 1) {
    if
    :: HAS(view, i, vote) || (AMNESIA && i == 0 && HAS(view, ROWS - 1, vote)) -> count++
    :: else
    fi
  }
}

inline update_reach() {
  for (k : 1 .. VIEWS) {
    a = k - 1;
    do
    :: a >= FIRST(k) && nullified[a] -> a--
    :: else -> break
    od;
    reach[k] = a
  }
}

/* `found`: block `low` is the block of `high` or below it. */
inline is_below(low, high) {
  k = high;
  do
  :: k != 0 && content[k] != content[low] -> k = parent[k]
  :: else -> break
  od;
  found = (k != 0)
}

/* Sets `forked` when the blocks of two finalized proposals are not on one chain. */
inline look_for_fork() {
  for (a : 1 .. PROPOSALS) {
    for (b : a + 1 .. PROPOSALS) {
      if
      :: finalized[a] && finalized[b] ->
         is_below(a, b);
         if
         :: !found -> is_below(b, a)
         :: else
         fi;
         forked = forked || !found
      :: else
      fi
    }
  }
}

inline sort_members() {
  for (k : AMNESIA + 1 .. HONEST - 1) {
    for (i : AMNESIA + 1 .. HONEST - 1) {
      if
      :: SIGNED(view, i - 1) > SIGNED(view, i) ->
         count = SIGNED(view, i);
         SIGNED(view, i) = SIGNED(view, i - 1);
         SIGNED(view, i - 1) = count
      :: else
      fi
    }
  }
}

inline tell_vote() {
  if
  :: vote == NULLIFY -> printf("view %d: NULLIFY", view)
  :: vote < FINALIZE(0) -> printf("view %d: NOTARIZE proposal %d", view, ID(view, vote - 1))
  :: else -> printf("view %d: FINALIZE proposal %d", view, ID(view, vote / FINALIZE(0) - 1))
  fi;
  if
  :: AMNESIA && row == 0 -> printf(" by the member that will forget")
  :: AMNESIA && row == SECOND_LIFE -> printf(" by the member that forgot")
  :: else
  fi;
  if
  :: count >= QUORUM -> printf(": proved\n")
  :: else -> printf("\n")
  fi
}

inline cast() {
  SIGNED(view, row) = SIGNED(view, row) | vote;
  tally();
  tell_vote();
  if
  :: count >= QUORUM && vote == NULLIFY -> nullified[view] = true; update_reach()
  :: count >= QUORUM && vote < FINALIZE(0) -> notarized[ID(view, vote - 1)] = true
  :: count >= QUORUM && vote != NULLIFY && vote >= FINALIZE(0) ->
     finalized[ID(view, vote / FINALIZE(0) - 1)] = true;
     look_for_fork()
  :: else
  fi;
  sort_members()
}

/* The record is lost. Answers come from QUORUM others, of which the BYZANTINE tell the lowest view, and the honest ones
 * the highest they voted in: they may be further, or answer later, which only raises the bar. Which honest ones do not
 * answer is the worst choice: as the members of a view may be renamed, SILENT of them can be those that voted in every
 * view where no more than SILENT did, so a view is told of when more did. */
#define SILENT             (HONEST - 1 - (QUORUM - BYZANTINE) + MISSING_ANSWERS)
inline lose_record() {
  forgot = true;
  a = LOWEST_VIEW;
  for (k : 1 .. VIEWS) {
    count = 0;
    for (i : 1 .. HONEST - 1) {
      count = count + (SIGNED(k, i) != 0 -> 1 : 0)
    }
    if
    :: count > SILENT -> a = k
    :: else
    fi
  }
  abstain_until = (ABSTAIN -> a + 1 - BOUND_TOO_LOW : 0);
  printf("a member loses its record, and votes only above view %d\n", abstain_until)
}

#define LOSE_RECORD        255

init {
  d_step {
    for (k : 1 .. VIEWS) { reach[k] = k - 1 }
    content[0] = NONE                 /* genesis is nobody's block: every walk ends there */
  }
end:
  do
  :: atomic {
       if
       EACH_STEP
       :: AMNESIA && !forgot -> vote = LOSE_RECORD
       fi;
       d_step {
         if
         :: vote == 0 -> propose()
         :: vote == LOSE_RECORD -> lose_record()
         :: else -> cast()
         fi;
         assert(!forked)
       }
     }
  od
}
