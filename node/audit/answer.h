// SPDX-License-Identifier: Apache-2.0
// What a command that looks at one proof has to say, and how it is printed: in text or JSON, with a verdict either way.
#pragma once

#include <expected>
#include <string>

namespace quipu::audit {

struct Failure {
  std::string verdict;
  std::string why;
};
using Answer = std::expected<std::string, Failure>;  // all that is printed when it is VERIFIED, to its last line's end

// The proof does not hold.
std::unexpected<Failure> broken(std::string why);
// Whether it holds is not known.
std::unexpected<Failure> could_not(std::string why);

// Prints; the exit code: 0 VERIFIED, 1 any failure.
int print_answer(const Answer& answer, const std::string& output);

}  // namespace quipu::audit
