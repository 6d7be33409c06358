-- SPDX-License-Identifier: Apache-2.0
-- Tables have names in the singular and are the mirror's own; views have names in the plural and are for everybody
-- (docs/postgres.md). Days are legal calendar days, both ends included; "infinity" is no bound. Heights and times say
-- when a thing was known: from its block on, up to the block that changed it.

create table quipu.position (
  only_row boolean primary key default true check (only_row),
  chain text not null,
  height bigint not null,            -- the newest block whose rows are here; -1: none
  block text not null,
  log_size bigint not null,
  log_root text not null,
  block_time timestamptz not null,
  written_at timestamptz not null default now()
);

create table quipu.block (
  height bigint primary key,
  block_time timestamptz not null,
  block text not null,
  epoch bigint not null,
  proposer text,
  first_leaf bigint not null,
  log_size bigint not null,
  log_root text not null
);
create index on quipu.block (block_time);

create table quipu.submission (
  leaf bigint primary key,
  id text not null unique,
  height bigint not null,
  block_time timestamptz not null,
  administration text not null,
  key text not null,
  sequence bigint not null,
  events integer not null
);
create index on quipu.submission (administration, height);

create table quipu.event (
  leaf bigint not null,
  event integer not null,
  height bigint not null,
  block_time timestamptz not null,
  administration text not null,
  kind text not null,
  decision_date date,
  effective_from date,
  late_days integer not null,
  issuer text,                       -- whose firm it is about, and which; null: about none
  subject text,
  certificate text,
  arrangement text,
  recogniser text,
  statement jsonb not null,
  primary key (leaf, event)
);
create index on quipu.event (kind, height);
create index on quipu.event (issuer, certificate);
create index on quipu.event (issuer, subject);
create index on quipu.event (block_time);

create table quipu.operator (
  issuer text not null,
  subject text not null,
  person text not null,
  erased_on date,
  primary key (issuer, subject)
);

create table quipu.operator_tin (
  issuer text not null,
  subject text not null,
  tin text not null,
  valid_from date not null,
  valid_to date not null,
  leaf bigint not null,
  event integer not null,
  primary key (issuer, subject, valid_from)
);
create index on quipu.operator_tin (tin);

create table quipu.certificate (
  issuer text not null,
  certificate text not null,
  subject text not null,
  scheme text not null,
  national_label text,
  legacy boolean not null,
  granted_from date,
  grant_leaf bigint not null,
  grant_event integer not null,
  primary key (issuer, certificate)
);
create index on quipu.certificate (issuer, subject);

-- What one certificate was on which days, and from when to when the ledger said so.
create table quipu.certificate_period (
  issuer text not null,
  certificate text not null,
  valid_from date not null,
  valid_to date not null,
  status text not null,
  roles text[] not null,
  suspended_roles text[] not null,
  level text,
  term_from date,                    -- of the interval of validity that holds the day, else the newest
  term_to date,
  known_from_height bigint not null,
  known_from timestamptz not null,
  known_to_height bigint,
  known_to timestamptz not null,
  primary key (issuer, certificate, known_from_height, valid_from)
);
create unique index on quipu.certificate_period (issuer, certificate, valid_from) where known_to_height is null;

create table quipu.arrangement (
  arrangement text primary key,
  title text,
  parties text[] not null,
  signed_on date,
  notice_days integer not null,
  consent_required boolean not null,
  since_height bigint not null,
  withdrawn text[] not null          -- parties that have given notice, each with its first day without it: "BR 2026-05-01"
);

-- Whether one administration recognises another's programme under an arrangement, on which days, known from when to when.
create table quipu.recognition_period (
  recogniser text not null,
  arrangement text not null,
  issuer text not null,
  valid_from date not null,
  valid_to date not null,
  status text not null,
  schemes text[] not null,
  roles text[] not null,             -- none: all
  flows text[] not null,             -- none: both
  benefits text[] not null,
  known_from_height bigint not null,
  known_from timestamptz not null,
  known_to_height bigint,
  known_to timestamptz not null,
  primary key (recogniser, arrangement, issuer, known_from_height, valid_from)
);
create unique index on quipu.recognition_period (recogniser, arrangement, issuer, valid_from)
  where known_to_height is null;

create table quipu.member (
  administration text primary key,
  name text,
  observer boolean not null,
  joined_height bigint not null,
  left_height bigint
);

-- ------------------------------------------------------------------ views

create view quipu.blocks as table quipu.block;
create view quipu.submissions as table quipu.submission;
create view quipu.events as table quipu.event;
create view quipu.members as table quipu.member;
create view quipu.arrangements as table quipu.arrangement;

create view quipu.operators as
  select o.issuer, o.subject, o.person, t.tin, o.erased_on,
         (select count(*) from quipu.certificate c where c.issuer = o.issuer and c.subject = o.subject) as certificates
  from quipu.operator o
  left join quipu.operator_tin t
    on t.issuer = o.issuer and t.subject = o.subject and current_date between t.valid_from and t.valid_to;

-- As known now.
create view quipu.status_periods as
  select p.issuer, p.certificate, c.subject, c.scheme, p.valid_from, p.valid_to, p.status, p.roles, p.suspended_roles,
         p.level, p.term_from, p.term_to, p.known_from_height, p.known_from
  from quipu.certificate_period p
  join quipu.certificate c using (issuer, certificate)
  where p.known_to_height is null;

-- On both clocks.
create view quipu.status_history as
  select p.issuer, p.certificate, c.subject, c.scheme, p.valid_from, p.valid_to, p.status, p.roles, p.suspended_roles,
         p.level, p.term_from, p.term_to, p.known_from_height, p.known_from, p.known_to_height, p.known_to
  from quipu.certificate_period p
  join quipu.certificate c using (issuer, certificate);

-- Every certificate on a day, as was known at a time; without a time, as is known now.
create function quipu.certificates_on(on_day date, known_at timestamptz default null)
returns table (issuer text, certificate text, subject text, scheme text, status text, roles text[],
               suspended_roles text[], level text, term_from date, term_to date)
language sql stable as $$
  select p.issuer, p.certificate, p.subject, p.scheme, p.status, p.roles, p.suspended_roles, p.level, p.term_from,
         p.term_to
  from quipu.status_history p
  where on_day between p.valid_from and p.valid_to
    and case when known_at is null then p.known_to_height is null
             else p.known_from <= known_at and known_at < p.known_to end
$$;

create view quipu.certificates as
  select d.issuer, d.certificate, d.subject, o.tin, d.scheme, c.national_label, d.status, d.roles, d.suspended_roles,
         d.level, d.term_from, d.term_to, c.granted_from, c.legacy, s.height as granted_at_height
  from quipu.certificates_on(current_date) d
  join quipu.certificate c using (issuer, certificate)
  join quipu.submission s on s.leaf = c.grant_leaf
  left join quipu.operator_tin o
    on o.issuer = d.issuer and o.subject = d.subject and current_date between o.valid_from and o.valid_to;

create view quipu.recognition_periods as
  select recogniser, arrangement, issuer, valid_from, valid_to, status, schemes, roles, flows, benefits,
         known_from_height, known_from
  from quipu.recognition_period
  where known_to_height is null;

create view quipu.recognition_history as table quipu.recognition_period;

-- One row for each pair and arrangement, on a day. The certificates are those in the schemes of the terms; whether one
-- firm is recognised in one role is for `quipu recognise` to say, which looks at roles, consent and denials too.
create function quipu.recognition_on(on_day date, known_at timestamptz default null)
returns table (recogniser text, issuer text, arrangement text, status text, schemes text[], roles text[], flows text[],
               benefits text[], active_certificates bigint)
language sql stable as $$
  select r.recogniser, r.issuer, r.arrangement, r.status, r.schemes, r.roles, r.flows, r.benefits,
         case when r.status = 'LIVE' then
           (select count(*) from quipu.certificates_on(on_day, known_at) c
            where c.issuer = r.issuer and c.status = 'ACTIVE' and c.scheme = any (r.schemes))
         else 0 end
  from quipu.recognition_period r
  join quipu.arrangement a using (arrangement)
  where a.signed_on <= on_day and on_day between r.valid_from and r.valid_to
    and case when known_at is null then r.known_to_height is null
             else r.known_from <= known_at and known_at < r.known_to end
$$;

create view quipu.recognition_by_pair as select * from quipu.recognition_on(current_date);

create view quipu.indicator_revisions as
  select e.administration as reporter,
         i->>'arrangement' as arrangement, i->>'partner' as partner, i->>'flow' as flow, i->>'mode' as mode,
         i->>'group' as cohort, i->>'month' as month,
         coalesce((i->>'definition')::integer, 0) as definition,
         coalesce((i->>'revision')::bigint, 0) as revision,
         coalesce((i->>'declarations')::bigint, 0) as declarations,
         coalesce((i->>'green')::bigint, 0) as green,
         coalesce((i->>'documentary')::bigint, 0) as documentary,
         coalesce((i->>'physical')::bigint, 0) as physical,
         coalesce((i->>'released')::bigint, 0) as released,
         coalesce((i->>'minutes_total')::bigint, 0) as minutes_total,
         array(select jsonb_array_elements_text(i->'minutes_histogram')::bigint) as minutes_histogram,
         coalesce((i->>'eligible')::bigint, 0) as eligible,
         coalesce((i->>'claimed')::bigint, 0) as claimed,
         coalesce((i->>'matched')::bigint, 0) as matched,
         coalesce((i->>'recognised')::bigint, 0) as recognised,
         coalesce((i->>'benefit_applied')::bigint, 0) as benefit_applied,
         coalesce((i->>'operators')::bigint, 0) as operators,
         e.leaf, e.event, e.height, e.block_time
  from quipu.event e, lateral (select e.statement->'indicator_reported') as s (i)
  where e.kind = 'indicator_reported';

-- The figure in force of each cell.
create view quipu.indicators as
  select distinct on (reporter, arrangement, partner, flow, mode, cohort, month) *
  from quipu.indicator_revisions
  order by reporter, arrangement, partner, flow, mode, cohort, month, leaf desc, event desc;
