// SPDX-License-Identifier: Apache-2.0
// What is wrong with a command line, for people. CLI11 says what is missing, although a misspelt word is why. Pure.
#pragma once

#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace quipu::usage {

// Two lines, each with its end.
std::string misread(const CLI::App* app, const CLI::Error& error);

}  // namespace quipu::usage
