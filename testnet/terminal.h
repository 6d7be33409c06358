// SPDX-License-Identifier: Apache-2.0
// The terminal that a live board is shown on: a screen of its own, keys as they are pressed, and all as it was before
// when this ends, by whatever way the program ends but SIGKILL. One at a time; one thread.
#pragma once

#include <string>
#include <vector>

#include "testnet/board/board.h"

namespace quipu::testnet {

// From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT only ask to end.
void catch_end_signals();
bool end_asked();

class Terminal {
 public:
  // Standard input and output are a terminal that can be painted on.
  static bool usable();

  // Takes the screen over, and catches the signals above. Ctrl-Z gives the screen back and takes it again afterwards.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  board::Size size() const;
  // Writes only lines that differ from what is there, in one go, so that nothing flickers; all of them after the size
  // has changed.
  void paint(const std::vector<board::Line>& lines);
  // What was typed since the last call; never waits.
  std::string typed();
  bool gone() const { return gone_; }
  // Does what Ctrl-Z asked for, if it did.
  void rest_if_asked();

 private:
  std::vector<std::string> shown_;
  board::Size shown_size_;
  bool gone_ = false;
};

}  // namespace quipu::testnet
