// SPDX-License-Identifier: Apache-2.0
#include "node/audit/answer.h"

#include <boost/json.hpp>
#include <iostream>

namespace quipu::audit {

std::unexpected<Failure> broken(std::string why) { return std::unexpected(Failure{"BROKEN", std::move(why)}); }

std::unexpected<Failure> could_not(std::string why) {
  return std::unexpected(Failure{"COULD-NOT-CHECK", std::move(why)});
}

int print_answer(const Answer& answer, const std::string& output) {
  if (answer) {
    std::cout << *answer;
    return 0;
  }
  const auto& [verdict, why] = answer.error();
  if (output == "json") {
    std::cout << boost::json::serialize(boost::json::object{{"verdict", verdict}, {"why", why}}) << "\n";
  } else {
    std::cout << verdict << " " << why << "\n";
  }
  return 1;
}

}  // namespace quipu::audit
