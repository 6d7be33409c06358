// SPDX-License-Identifier: Apache-2.0
// A clerk who keeps nothing but the list of what was stated, and reads it again for every question: what was the status
// of a certificate on a day, as known after so many statements? Slow, and written without a look at the records.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "node/ledger/ledger.pb.h"

namespace quipu::ledger::testing {

class StatusTwin {
 public:
  // In log order, taken events only. `waits`: under dual control, so that it acts when an approval names it.
  void hears(const std::string& author, const v1::EventRef& name, const v1::Event& event, bool waits);
  std::size_t heard() const { return heard_.size(); }

  struct Answer {
    std::string status;
    std::set<int> roles;
    std::set<int> suspended_roles;
    friend bool operator==(const Answer&, const Answer&) = default;
  };
  // By the first `known` statements; nothing granted then: an empty status.
  Answer answer(const std::string& issuer, const std::string& number, const std::string& day, std::size_t known) const;

 private:
  struct Heard {
    std::string author;
    v1::EventRef name;
    v1::Event event;
    bool waits = false;
  };
  struct Question {
    std::string issuer, number, day;
    std::size_t known;
  };
  using Fact = std::size_t;  // place in heard_
  using Facts = std::vector<Fact>;

  bool names(const v1::EventRef& target, Fact fact) const;
  // After how many statements it acts; never: more than there are.
  std::size_t acts_after(Fact fact) const;
  // Those of one kind about one certificate's newest grant that act by then, in the order in which they began to.
  Facts facts(const Question& q, int kind) const;
  std::size_t newest_grant(const Question& q) const;
  // A field's value as corrected by then.
  std::string value(Fact fact, const std::string& field, std::size_t known) const;
  std::string effect(Fact fact, std::size_t known) const;

  bool lifted(Fact fact, const std::string& day, std::size_t known) const;
  bool undone(Fact fact, std::size_t known) const;
  bool suspended_by(Fact suspension, const Question& q) const;
  bool reinstates(Fact reinstatement, Fact suspension, const Question& q) const;
  std::string last_day(Fact interval, const Question& q) const;
  bool extends(Fact extension, Fact interval, const Question& q) const;
  Facts intervals(const Question& q) const;
  std::string ended(const Question& q) const;
  std::string status(const Question& q) const;
  std::set<int> roles(const Question& q) const;

  std::vector<Heard> heard_;
};

}  // namespace quipu::ledger::testing
