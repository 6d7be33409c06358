// SPDX-License-Identifier: Apache-2.0
// What a person sees: answers as text or JSON, a progress bar on long work, passphrases asked for without echo. One
// thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace quipu::cli {

enum class Output : std::uint8_t { kText, kJson, kCsv, kXlsx };

// JSON as it is, or as indented "name: value" lines.
void print_answer(const boost::json::value& value, Output output);
std::string as_text(const boost::json::value& value);

// Long work, on standard error: a bar on a terminal, else a line for every thousand done.
class Progress {
 public:
  Progress(std::string label, std::size_t total);
  ~Progress();
  void at(std::size_t done);
  // Nothing more is drawn on the bar's line.
  void end();
  // A line of its own.
  void note(const std::string& line);

 private:
  void draw(std::size_t done);
  std::string label_;
  std::size_t total_;
  bool terminal_;
  bool drawn_ = false;  // the cursor stands behind the bar
  std::size_t done_ = 0;
  std::size_t last_per_mille_ = 1001;
};

bool stdin_is_terminal();
std::expected<std::string, std::string> ask_passphrase(std::string_view prompt);

}  // namespace quipu::cli
