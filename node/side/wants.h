// SPDX-License-Identifier: Apache-2.0
// Which records are wanted, and whom to ask for each: its issuer first, then the other members in turn, then again
// after a pause that doubles. One request to a peer at a time. Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/side/record.h"

namespace quipu::side {

class Wants {
 public:
  // Of one issuer: whoever commits to much and hands in nothing leaves the others' records alone.
  static constexpr std::size_t kMostOfIssuer = 1'024;

  // False when there was no room for all that is wanted of this issuer: what all peers were asked for in vain made way,
  // or this did not get in. What is wanted already stays as it is.
  bool add(const Commitment& commitment, const Owner& owner);
  void remove(const Commitment& commitment);
  const Owner* find(const Commitment& commitment) const;
  // The commitments that are wanted of a subject.
  std::vector<Commitment> of(const Subject& subject) const;
  std::size_t size() const { return wants_.size(); }

  // Peers by the code of their administration.
  void peer_up(const std::string& peer, std::int64_t now_us);
  void peer_down(const std::string& peer);

  struct Batch {
    std::string to;
    std::vector<Commitment> commitments;  // at most limits::kRecordsPerRequest
  };
  // What is to be asked for now; counts as asked.
  std::vector<Batch> ask(std::int64_t now_us);
  // What the peer was asked for and has not answered; nothing when it was asked for nothing.
  std::vector<Commitment> asked_of(const std::string& peer) const;
  // The peer has answered. Without use: for all that it was asked for, another one is next.
  void answered(const std::string& peer, bool of_use);
  // Who does not answer in time has answered nothing.
  void expire(std::int64_t now_us);
  std::optional<std::int64_t> next_deadline_us(std::int64_t now_us) const;

 private:
  struct Want {
    Owner owner;
    std::set<std::string> asked{};  // in this round
    unsigned rounds = 0;
    std::int64_t due_us = 0;
    bool under_way = false;
  };
  struct Asked {
    std::vector<Commitment> commitments;
    std::int64_t until_us = 0;
  };
  std::optional<std::string> next_for(Want& want, std::int64_t now_us) const;
  bool make_room(const std::string& issuer);

  std::map<Commitment, Want> wants_;
  std::map<Subject, std::set<Commitment>> of_subject_;  // ascending by issuer
  std::map<std::string, std::size_t> of_issuer_;
  std::set<std::string> up_;
  std::map<std::string, Asked> asked_;
};

}  // namespace quipu::side
