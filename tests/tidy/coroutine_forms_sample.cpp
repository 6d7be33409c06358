// SPDX-License-Identifier: Apache-2.0
// Never compiled into anything: each line marked wrong is a form that coroutine_forms.cq must find, the others it must
// not.
#include <coroutine>
#include <string>
#include <utility>

namespace {

struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_value(int) {}
    void unhandled_exception() {}
  };
  bool await_ready() { return true; }
  void await_suspend(std::coroutine_handle<>) {}
  int await_resume() { return 1; }
};

struct Answer {
  int code;
  std::string text;
};

Task send(Answer) { co_return 0; }
Task say(std::string) { co_return 0; }
Task call(auto) { co_return 0; }

[[maybe_unused]] Task right(std::string text) {
  Answer named{200, text};
  const int sent = co_await send(std::move(named));
  const auto function = [text] { return text; };
  const int called = co_await call(function);
  if (sent == called) co_return 1;
  co_return 0;
}

[[maybe_unused]] Task wrong(std::string text, int number) {
  co_await send({413, "too long"});                       // wrong
  co_await send(Answer{413, "too long"});                 // wrong
  co_await call([text] { return text; });                 // wrong
  if (co_await say(std::string("if")) == 1) co_return 1;  // wrong
  while (co_await say(std::string("while")) == 2) break;  // wrong
  switch (co_await say(std::string("switch"))) {          // wrong
    case 3:
      co_return 3;
    default:
      break;
  }
  const Answer braces{co_await say(text), text};  // wrong
  co_return number + braces.code;
}

}  // namespace
