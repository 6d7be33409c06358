// SPDX-License-Identifier: Apache-2.0
// An HTTP server with nothing in it but Beast: the limit beside which our own is measured.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace quipu::bench {

// Answers every GET on 127.0.0.1 with what `answer` makes of its target, on the io_context; the port it listens on.
unsigned short serve_bare(boost::asio::io_context& io, std::function<std::string(std::string_view target)> answer);

}  // namespace quipu::bench
