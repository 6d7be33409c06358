// SPDX-License-Identifier: Apache-2.0
#include "testnet/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace quipu::testnet {

namespace {

// Another screen, no cursor, long lines cut; and back.
constexpr char kEnter[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
constexpr char kLeave[] = "\033[?7h\033[?25h\033[?1049l";
// Terminals that know it show what stands between these at once; others ignore it.
constexpr const char* kBegin = "\033[?2026h";
constexpr const char* kEnd = "\033[?2026l";

constexpr int kAsking[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr int kCrashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

termios before;
volatile std::sig_atomic_t taken = 0;
volatile std::sig_atomic_t end_wanted = 0;
volatile std::sig_atomic_t rest_asked = 0;

void write_all(const char* bytes, std::size_t size, bool& gone) {
  while (size > 0) {
    const auto written = write(STDOUT_FILENO, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) gone = true;
    if (written <= 0) return;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

// May be called from a signal's handler.
void give_back() {
  if (taken == 0) return;
  taken = 0;
  bool gone = false;
  write_all(kLeave, sizeof kLeave - 1, gone);
  tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void take() {
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  taken = 1;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  bool gone = false;
  write_all(kEnter, sizeof kEnter - 1, gone);
}

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

void crash(int signal) {
  give_back();
  raise(signal);  // the handler was for one time
}

const char* colour(board::Tone tone) {
  switch (tone) {
    case board::Tone::kPlain:
      return "";
    case board::Tone::kHeading:
      return "\033[1m";
    case board::Tone::kQuiet:
      return "\033[2m";
    case board::Tone::kGood:
      return "\033[32m";
    case board::Tone::kWarning:
      return "\033[33m";
    case board::Tone::kBad:
      return "\033[1;31m";
  }
  return "";
}

std::string painted(const board::Line& line) {
  return std::string("\033[0m") + colour(line.tone) + (line.chosen ? "\033[7m" : "") + line.text + "\033[0m";
}

}  // namespace

void catch_end_signals() {
  sigset_t asking;
  sigemptyset(&asking);
  for (const int signal : kAsking) {
    handle(signal, [](int) { end_wanted = 1; }, SA_RESTART);
    sigaddset(&asking, signal);
  }
  sigprocmask(SIG_UNBLOCK, &asking, nullptr);
}

bool end_asked() { return end_wanted != 0; }

bool Terminal::usable() {
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || *kind == '\0' || std::strcmp(kind, "dumb") == 0;
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && !dumb;
}

Terminal::Terminal() {
  assert(taken == 0);
  tcgetattr(STDIN_FILENO, &before);
  std::atexit(give_back);
  catch_end_signals();
  handle(SIGTSTP, [](int) { rest_asked = 1; }, SA_RESTART);
  for (const int signal : kCrashes) handle(signal, crash, static_cast<int>(SA_RESETHAND));
  take();
}

Terminal::~Terminal() { give_back(); }

board::Size Terminal::size() const {
  winsize window{};
  const bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0;
  return told ? board::Size{window.ws_col, window.ws_row} : board::Size{80, 24};
}

void Terminal::paint(const std::vector<board::Line>& lines) {
  std::string out;
  if (size() != shown_size_) {
    out = "\033[0m\033[2J";
    shown_.clear();
    shown_size_ = size();
  }
  shown_.resize(std::max(shown_.size(), lines.size()));
  for (std::size_t row = 0; row < shown_.size(); ++row) {
    auto text = row < lines.size() ? painted(lines[row]) : std::string();
    if (text == shown_[row]) continue;
    out += "\033[" + std::to_string(row + 1) + ";1H" + text + "\033[K";
    shown_[row] = std::move(text);
  }
  if (out.empty()) return;
  out = kBegin + out + kEnd;
  write_all(out.data(), out.size(), gone_);
}

std::string Terminal::typed() {
  std::string text;
  for (;;) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&input, 1, 0) <= 0) return text;
    char bytes[64];
    const auto got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got <= 0) gone_ = gone_ || (input.revents & (POLLHUP | POLLERR)) != 0;
    if (got <= 0) return text;
    text.append(bytes, static_cast<std::size_t>(got));
  }
}

void Terminal::rest_if_asked() {
  if (rest_asked == 0) return;
  rest_asked = 0;
  give_back();
  raise(SIGSTOP);
  take();
  shown_size_ = {};
}

}  // namespace quipu::testnet
