// SPDX-License-Identifier: Apache-2.0
#include "node/cli/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <iostream>
#include <utility>

namespace quipu::cli {

namespace {

namespace json = boost::json;

bool is_plain(const json::value& value) { return !value.is_object() && !value.is_array(); }

std::string plain_text(const json::value& value) {
  if (const auto* text = value.if_string()) return {text->data(), text->size()};
  return json::serialize(value);
}

// For people: where JSON has an empty list, an empty line would look like no answer.
constexpr std::string_view kNone = "none";

// A list of plain values fits on one line.
bool is_plain_list(const json::array& array) {
  for (const auto& element : array) {
    if (!is_plain(element)) return false;
  }
  return true;
}

std::string one_line(const json::array& array) {
  std::string line;
  for (const auto& element : array) line.append(line.empty() ? "" : " ").append(plain_text(element));
  return line;
}

void append_lines(std::string& out, const json::value& value, const std::string& indent);

void append_member(std::string& out, std::string_view name, const json::value& value, const std::string& indent) {
  out.append(indent).append(name).append(":");
  const auto* array = value.if_array();
  if (is_plain(value)) {
    out.append(" ").append(plain_text(value)).append("\n");
  } else if (array && is_plain_list(*array)) {
    out.append(" ").append(array->empty() ? kNone : one_line(*array)).append("\n");
  } else {
    out.append("\n");
    append_lines(out, value, indent + "  ");
  }
}

void append_elements(std::string& out, const json::array& array, const std::string& indent) {
  for (const auto& element : array) {
    std::string lines;
    append_lines(lines, element, indent + "  ");
    if (lines.size() > indent.size()) lines[indent.size()] = '-';
    out.append(lines);
  }
}

void append_lines(std::string& out, const json::value& value, const std::string& indent) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) append_member(out, {name.data(), name.size()}, member, indent);
  } else if (const auto* array = value.if_array(); array && array->empty()) {
    out.append(indent).append(kNone).append("\n");
  } else if (array) {
    append_elements(out, *array, indent);
  } else {
    out.append(indent).append(plain_text(value)).append("\n");
  }
}

}  // namespace

std::string as_text(const json::value& value) {
  std::string out;
  append_lines(out, value, "");
  return out;
}

void print_answer(const json::value& value, Output output) {
  if (output == Output::kText)
    std::cout << as_text(value) << std::flush;
  else
    std::cout << json::serialize(value) << std::endl;
}

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)), total_(total), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() { end(); }

void Progress::end() {
  if (std::exchange(drawn_, false)) std::fputs("\n", stderr);
  last_per_mille_ = 1001;
}

void Progress::at(std::size_t done) {
  constexpr std::size_t kLineEvery = 1'000;
  if (total_ == 0) return;
  if (terminal_) return draw(done);
  if (done / kLineEvery > done_ / kLineEvery) std::cerr << label_ << ": " << done << " of " << total_ << std::endl;
  done_ = done;
}

void Progress::draw(std::size_t done) {
  constexpr int kWidth = 40;
  const std::size_t per_mille = done * 1000 / total_;
  if (per_mille == last_per_mille_) return;
  last_per_mille_ = per_mille;
  drawn_ = true;
  const int filled = static_cast<int>(per_mille * kWidth / 1000);
  std::fprintf(stderr, "\r%s [%s%s] %zu/%zu", label_.c_str(),
               std::string(static_cast<std::size_t>(filled), '#').c_str(),
               std::string(static_cast<std::size_t>(kWidth - filled), '.').c_str(), done, total_);
  std::fflush(stderr);
}

void Progress::note(const std::string& line) {
  end();
  std::cerr << label_ << ": " << line << std::endl;
}

bool stdin_is_terminal() { return isatty(STDIN_FILENO) != 0; }

std::expected<std::string, std::string> ask_passphrase(std::string_view prompt) {
  termios before{};
  if (tcgetattr(STDIN_FILENO, &before) != 0)
    return std::unexpected("no terminal to ask for a passphrase: use --passphrase-file");
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  std::cerr << prompt << std::flush;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  std::string line;
  std::getline(std::cin, line);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::cerr << "\n";
  return line;
}

}  // namespace quipu::cli
