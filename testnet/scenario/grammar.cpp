// SPDX-License-Identifier: Apache-2.0
#include "testnet/scenario/grammar.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <optional>
#include <sstream>

namespace quipu::scenario {

namespace {

using enum Place;

constexpr const char* kBoth = nullptr;
constexpr const char* kMatrix = "distances between regions are simulated";
constexpr const char* kByzantineCode = "no quipud is built to lie: a Byzantine member runs in the simulator";
constexpr const char* kInside = "a client of the API cannot make a node of another member hand it on";
constexpr const char* kPoint = "the power must fail between two writes, which a signal from outside cannot aim at";
constexpr const char* kDisk = "the test must not slow this machine's disk";
constexpr const char* kClock = "the test must not set this machine's clock";
constexpr const char* kMessage = "a fault proxy sees TLS, not messages";

constexpr Form kForms[] = {
    {"scenario TEXT", Verb::kScenario, kHead, kBoth, "the first line: the story in a sentence"},
    {"members N", Verb::kMembersCount, kHead, kBoth, "so many members; four are BO BR CL PE"},
    {"members CODES", Verb::kMembers, kHead, kBoth, "these members"},
    {"candidates CODES", Verb::kCandidates, kHead, kBoth, "nodes that follow until they are admitted"},
    {"byzantine CODES ATTACK", Verb::kByzantine, kHead, kByzantineCode, "these members, the last ones by code, attack"},
    {"seed N", Verb::kSeed, kHead, kBoth, "of the simulator's random numbers, unless --seed says another"},
    {"region NAME N", Verb::kRegion, kHead, kMatrix, "the next N members by code live there"},
    {"distance NAME NAME T", Verb::kDistance, kHead, kMatrix, "one way between two regions, or within one"},

    {"submit N through NODES", Verb::kSubmit, kBody, kBoth,
     "statements of these members, in turn, each through its own node, sent again until final"},
    {"submit N behind a gap through NODES", Verb::kSubmitAhead, kBody, kInside, "their numbers leave one out"},
    {"hand on N invalid to NODES", Verb::kSubmitInvalid, kBody, kInside,
     "well signed, next in its key's numbers, against the rules, as a peer hands it on"},
    {"submit N rivals through NODE and NODE", Verb::kSubmitRivals, kBody, kInside,
     "pairs of statements of one number; one of each pair may be taken"},
    {"load N per second for T", Verb::kLoad, kBody, kBoth, "of all members that stay, while the steps below go on"},
    {"garbage N from NODE to NODES", Verb::kGarbage, kBody, kByzantineCode, "frames that are not in form"},

    {"run T", Verb::kRun, kBody, kBoth, "time passes"},
    {"wait final within T", Verb::kWaitFinal, kBody, kBoth, "all that was submitted is final on all nodes that run"},
    {"wait final at NODES within T", Verb::kWaitFinalAt, kBody, kBoth, "on these"},
    {"wait final except at NODES within T", Verb::kWaitFinalExcept, kBody, kBoth,
     "on all others, Byzantine ones aside"},
    {"wait rest within T", Verb::kWaitRest, kBody, kBoth, "all final, all nodes that run equal, nobody awake"},
    {"wait NODE leads within T", Verb::kWaitLeads, kBody, kBoth, "the newest view is led by it"},

    {"kill NODES", Verb::kKill, kBody, kBoth, "as a power cut does; they stay away"},
    {"start NODES", Verb::kStart, kBody, kBoth, "that were killed"},
    {"restart NODES", Verb::kRestart, kBody, kBoth, "killed and started at once"},
    {"pause NODES for T", Verb::kPause, kBody, kBoth, "they stand still with their connections open"},
    {"crash NODES after signing VOTE", Verb::kCrashSigning, kBody, kPoint,
     "the next time: the slot is written, the vote not sent; back within a second"},
    {"crash NODES within a slot", Verb::kCrashTorn, kBody, kPoint, "the next slot is torn; back within a second"},
    {"lose ledger of NODES", Verb::kLoseDatabase, kBody, kBoth,
     "that were killed: the database is gone, the safety file is there"},
    {"keep image of NODES", Verb::kKeepImage, kBody, kBoth, "that were killed: of the whole disk as it is now"},
    {"put back image of NODES", Verb::kPutBackImage, kBody, kBoth,
     "that were killed: database and safety file are those of the image kept last"},
    {"slow disk of NODES for T", Verb::kSlowDisk, kBody, kDisk, "a sync takes up to two seconds"},
    {"clock of NODES ahead T", Verb::kClockAhead, kBody, kClock, "of everybody's"},
    {"clock of NODES behind T", Verb::kClockBehind, kBody, kClock, "everybody's"},

    {"cut NODES from NODES", Verb::kCutFrom, kBody, kBoth, "both ways"},
    {"cut NODES to NODES", Verb::kCutTo, kBody, kBoth, "what the first send to the second is lost"},
    {"join NODES and NODES", Verb::kJoin, kBody, kBoth, "nothing is cut between them"},
    {"delay NODES and NODES T", Verb::kDelay, kBody, kBoth, "each way"},
    {"lose N percent", Verb::kLosePercent, kBody, "TCP makes good what a network loses", "of all frames"},
    {"lose MESSAGES from NODES to NODES", Verb::kLoseMessages, kBody, kMessage, "all of that kind"},
    {"lose nothing", Verb::kLoseNothing, kBody, kBoth, "ends both kinds of losing"},
    {"reset NODES and NODES", Verb::kReset, kBody, kBoth, "connections end at once, what was under way is lost"},
    {"corrupt NODES and NODES", Verb::kCorrupt, kBody, kBoth, "bits are turned now and then: TLS ends the session"},
    {"split twins between NODES and NODES", Verb::kSplitTwins, kBody, kByzantineCode,
     "no way between the two groups; each has one process of every twin"},
    {"heal links", Verb::kHealLinks, kBody, kBoth, "whatever is wrong with them"},
    {"heal", Verb::kHeal, kBody, kBoth, "links, clocks and disks are good, all nodes run"},

    {"admit CODE within T", Verb::kAdmit, kBody, kBoth, "proposed, voted, ready, and voting in the next epoch"},
    {"dismiss NODE within T", Verb::kDismiss, kBody, kBoth, "proposed and voted"},

    {"let NAME be NODE", Verb::kLet, kBody, kBoth, "a name for it from here on: `let dead be leader`"},
    {"in T STEP", Verb::kIn, kBody, kBoth, "the step happens so much later, while others go on"},
    {"when NODE leads STEP", Verb::kWhenLeads, kBody, kBoth, "the step happens once, as soon as that is so"},
    {"repeat N", Verb::kRepeat, kBody, kBoth, "what stands before its `end`, so many times"},
    {"end", Verb::kEnd, kBody, kBoth, "of a repeat"},

    {"expect silence for T", Verb::kExpectSilence, kBody, kBoth, "no block, no view, no vote in all that time"},
    {"expect no progress for T", Verb::kExpectNoProgress, kBody, kBoth, "nothing becomes final"},
    {"expect height N", Verb::kExpectHeight, kBody, kBoth, "of the furthest node"},
    {"expect height at least N", Verb::kExpectHeightAtLeast, kBody, kBoth, ""},
    {"expect nullified at least N", Verb::kExpectNullified, kBody, "nodes do not publish that number",
     "views since the start, as the furthest node saw"},
    {"expect evidence against NODES", Verb::kExpectEvidence, kBody, kByzantineCode,
     "of contradicting votes, held by an honest node, and against nobody else"},
    {"expect no evidence", Verb::kExpectNoEvidence, kBody, kBoth, ""},
    {"expect epoch N", Verb::kExpectEpoch, kBody, kBoth, ""},
    {"expect members N", Verb::kExpectMembers, kBody, kBoth, "that vote in the newest epoch"},
    {"expect fork blamed on NODES within T", Verb::kExpectFork, kBody, kByzantineCode,
     "agreement breaks, and the votes of both sides convict these and nobody else"},
    {"measure N blocks", Verb::kMeasure, kBody, "figures of real processes are docs/performance.md's",
     "one after the other: time to finality beside the least there could be, messages and bytes"},
};

constexpr Meaning kMeanings[] = {
    {"N", "a whole number"},
    {"T", "a time such as 150ms, 2s, 5min or 24h, or `bound`, (f + 2) time-outs"},
    {"NODE", "a code, `leader`, or a name given by `let`"},
    {"NODES", "one or more of these, or `all`"},
    {"CODE", "two capital letters"},
    {"CODES", "one or more codes"},
    {"NAME", "a word in small letters"},
    {"VOTE", "notarize, nullify or finalize"},
    {"MESSAGES",
     "everything, proposals, notarize-votes, nullify-votes, finalize-votes, handover-finality, notarizations, "
     "nullifications, "
     "finalizations, submissions, offers, blocks"},
    {"ATTACK",
     "twin, equivocating-leader, nullify-always, replayer, forger, deaf-leader, credulous, leaf-forger or withholder"},
    {"STEP", "another step"},
    {"TEXT", "words"},
};

constexpr std::size_t kMostNodes = 255;

std::vector<std::string> split(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool is_placeholder(const std::string& word) { return word[0] >= 'A' && word[0] <= 'Z'; }

std::optional<std::uint64_t> number(std::string_view word) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (read.ec != std::errc() || read.ptr != word.data() + word.size() || value > 1'000'000) return std::nullopt;
  return value;
}

std::optional<Micros> duration(std::string_view word) {
  if (word == "bound") return kBound;
  const auto unit_at = std::min(word.find_first_not_of("0123456789"), word.size());
  const auto count = number(word.substr(0, unit_at));
  const auto unit = word.substr(unit_at);
  const Micros scale = unit == "ms"    ? kMillisecond
                       : unit == "s"   ? kSecond
                       : unit == "min" ? 60 * kSecond
                       : unit == "h"   ? 3600 * kSecond
                                       : 0;
  if (!count || scale == 0 || static_cast<Micros>(*count) * scale > 2000 * 3600 * kSecond) return std::nullopt;
  return static_cast<Micros>(*count) * scale;
}

bool is_code(std::string_view word) {
  return word.size() == 2 && std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// What stands between groups of nodes names none.
constexpr std::string_view kConnectives[] = {"after",  "against", "ahead",   "and", "at",
                                             "behind", "be",      "between", "for", "from",
                                             "of",     "on",      "through", "to",  "within"};

bool is_name(std::string_view word) {
  return std::ranges::find(kConnectives, word) == std::end(kConnectives) && !word.empty() && word.size() <= 24 &&
         std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool listed(std::string_view word, const char* placeholder) {
  const auto meaning = std::ranges::find(kMeanings, std::string_view(placeholder), &Meaning::word);
  const auto words = split(meaning->says);
  return std::ranges::any_of(words, [&](std::string each) {
    if (each.ends_with(',')) each.pop_back();
    return each == word && each != "or";
  });
}

// One word of a pattern against the words of a line.
class Matcher {
 public:
  Matcher(const Form& form, const std::vector<std::string>& words)
      : pattern_(split(form.pattern)), words_(words), matched_{&form, {}, {}} {
    matched_.step.verb = form.verb;
  }

  // Nothing: it does not fit. `reached` tells how far it did.
  std::optional<Matched> match() {
    for (; part_ < pattern_.size(); ++part_)
      if (!take()) return std::nullopt;
    if (at_ < words_.size()) return std::nullopt;
    return matched_;
  }
  std::size_t reached() const { return at_; }
  // What should stand where it ended.
  std::string wanted() const {
    if (part_ >= pattern_.size()) return "the end of the line";
    const auto& part = pattern_[part_];
    if (!is_placeholder(part)) return "`" + part + "`";
    return std::ranges::find(kMeanings, std::string_view(part), &Meaning::word)->says;
  }

 private:
  bool take() {
    const auto& part = pattern_[part_];
    if (part == "NODES" || part == "CODES") return take_group(part == "CODES");
    if (part == "TEXT" || part == "STEP") return take_rest();
    if (at_ >= words_.size()) return false;
    const bool fits = is_placeholder(part) ? take_word(part, words_[at_]) : words_[at_] == part;
    at_ += fits ? 1 : 0;
    return fits;
  }

  bool take_word(const std::string& part, const std::string& word) {
    Step& step = matched_.step;
    if (part == "N") return set(step.number, number(word));
    if (part == "T") return set(step.time, duration(word));
    if (part == "CODE" && is_code(word)) return step.nodes.push_back(word), true;
    if (part == "NODE" && (is_code(word) || is_name(word))) return group().push_back(word), true;
    if (part == "NAME" && is_name(word)) return take_name(word);
    const bool kind = (part == "VOTE" || part == "MESSAGES" || part == "ATTACK") && listed(word, part.c_str());
    if (kind) step.word = word;
    return kind;
  }
  template <class Value>
  static bool set(Value& value, const std::optional<Value>& read) {
    if (read) value = *read;
    return read.has_value();
  }
  // The second name of a line stands with the nodes.
  bool take_name(const std::string& word) {
    Step& step = matched_.step;
    step.word.empty() ? step.word = word : step.nodes.emplace_back(word);
    return true;
  }
  std::vector<std::string>& group() { return group_++ == 0 ? matched_.step.nodes : matched_.step.others; }

  // Up to the pattern's next word.
  bool take_group(bool codes_only) {
    const std::string stop = part_ + 1 < pattern_.size() ? pattern_[part_ + 1] : "";
    auto& nodes = group();
    for (; at_ < words_.size() && words_[at_] != stop; ++at_) {
      const auto& word = words_[at_];
      if (!stop.empty() && is_placeholder(stop) && !nodes.empty() && fits_placeholder(stop, word)) break;
      if (!is_code(word) && (codes_only || !is_name(word))) return false;
      if (nodes.size() == kMostNodes) return false;
      nodes.push_back(word);
    }
    return !nodes.empty();
  }
  static bool fits_placeholder(const std::string& part, const std::string& word) {
    return (part == "T" && duration(word)) || (part == "ATTACK" && listed(word, "ATTACK"));
  }

  bool take_rest() {
    matched_.rest.assign(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end());
    at_ = words_.size();
    return !matched_.rest.empty();
  }

  std::vector<std::string> pattern_;
  const std::vector<std::string>& words_;
  Matched matched_;
  std::size_t part_ = 0;
  std::size_t at_ = 0;
  std::size_t group_ = 0;
};

std::string first_words() {
  std::string list;
  for (const auto& form : kForms) {
    const auto word = split(form.pattern).front();
    if ((" " + list + " ").find(" " + word + " ") == std::string::npos) list += (list.empty() ? "" : " ") + word;
  }
  return list;
}

}  // namespace

std::span<const Form> forms() { return kForms; }
std::span<const Meaning> meanings() { return kMeanings; }

const Form& form_of(Verb verb) {
  const auto found = std::ranges::find(kForms, verb, &Form::verb);
  assert(found != std::end(kForms));
  return *found;
}

std::expected<Matched, std::string> match(const std::vector<std::string>& words) {
  assert(!words.empty());
  const Form* nearest = nullptr;
  std::string wanted;
  std::size_t reached = 0;
  for (const auto& form : kForms) {
    Matcher matcher(form, words);
    if (auto matched = matcher.match()) return *std::move(matched);
    if (matcher.reached() <= reached) continue;
    nearest = &form;
    reached = matcher.reached();
    wanted = matcher.wanted();
  }
  if (!nearest) return std::unexpected("`" + words[0] + "` begins no line; one of these does: " + first_words());
  const std::string instead = reached < words.size() ? "`" + words[reached] + "`" : "the end of the line";
  return std::unexpected(instead + " stands where " + wanted + " should; the line is written `" + nearest->pattern +
                         "`");
}

}  // namespace quipu::scenario
