// SPDX-License-Identifier: Apache-2.0
#include "testnet/processes/relay.h"

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <utility>

namespace quipu::processes {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

// On its way for the length of the delay; a sender that is faster waits.
constexpr std::size_t kOnItsWayBytes = 4 << 20;

// One way of one connection. It lives inside its relay, which every callback keeps alive.
class Pump {
 public:
  Pump(asio::io_context& io, std::weak_ptr<void> relay, tcp::socket& source, tcp::socket& sink, Flow& flow,
       std::function<void()> ended)
      : relay_(std::move(relay)), source_(source), sink_(sink), flow_(flow), timer_(io), ended_(std::move(ended)) {}

  void read();
  void faults_changed();
  bool has_hole() const { return has_hole_; }
  bool done() const { return at_end_ && on_its_way_.empty() && !writing_; }
  void stop() { timer_.cancel(); }

 private:
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };

  void take(std::size_t size);
  void corrupt(std::string& bytes);
  Clock::time_point due_of(std::size_t size);
  void write();
  void write_front();
  void finish();

  std::weak_ptr<void> relay_;
  tcp::socket& source_;
  tcp::socket& sink_;
  Flow& flow_;
  asio::steady_timer timer_;
  std::function<void()> ended_;
  std::array<char, 16 << 10> chunk_{};
  std::deque<Piece> on_its_way_;
  std::size_t on_its_way_bytes_ = 0;
  Clock::time_point last_due_;
  Clock::time_point line_free_;
  bool reading_ = false;
  bool writing_ = false;
  bool at_end_ = false;
  bool has_hole_ = false;
};

void Pump::read() {
  if (reading_ || at_end_ || flow_.faults.stall || on_its_way_bytes_ >= kOnItsWayBytes) return;
  reading_ = true;
  source_.async_read_some(asio::buffer(chunk_),
                          [this, self = relay_.lock()](const error_code& error, std::size_t size) {
                            reading_ = false;
                            if (error == asio::error::operation_aborted) return;
                            if (error) return finish();
                            take(size);
                            read();
                          });
}

void Pump::take(std::size_t size) {
  if (flow_.faults.cut) {
    flow_.swallowed_bytes += size;
    has_hole_ = true;
    return;
  }
  std::string bytes(chunk_.data(), size);
  corrupt(bytes);
  flow_.passed_bytes += size;
  on_its_way_bytes_ += size;
  on_its_way_.push_back({due_of(size), std::move(bytes)});
  write();
}

// Counted over all connections of the flow, so that a new one gets through its handshake.
void Pump::corrupt(std::string& bytes) {
  const auto every = flow_.faults.corrupt_every_bytes;
  if (every == 0) return;
  for (auto at = every - 1 - flow_.passed_bytes % every; at < bytes.size(); at += every) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << flow_.random() % 8);
    ++flow_.corrupted_bytes;
  }
}

Clock::time_point Pump::due_of(std::size_t size) {
  const auto& faults = flow_.faults;
  line_free_ = std::max(line_free_, Clock::now());
  if (faults.bytes_per_second > 0) {
    line_free_ += std::chrono::microseconds(size * 1'000'000 / faults.bytes_per_second);
  }
  const auto jitter_ms = faults.jitter_ms == 0 ? 0 : static_cast<std::int64_t>(flow_.random()) % faults.jitter_ms;
  last_due_ = std::max(last_due_, line_free_ + std::chrono::milliseconds(faults.delay_ms + jitter_ms));
  return last_due_;
}

void Pump::write() {
  if (writing_ || flow_.faults.stall) return;
  if (on_its_way_.empty()) {
    if (!at_end_) return;
    error_code ignored;
    ignored = sink_.shutdown(tcp::socket::shutdown_send, ignored);
    return ended_();
  }
  writing_ = true;
  if (on_its_way_.front().due <= Clock::now()) return write_front();
  timer_.expires_at(on_its_way_.front().due);
  timer_.async_wait([this, self = relay_.lock()](const error_code& error) {
    if (!error) write_front();
  });
}

void Pump::write_front() {
  writing_ = !flow_.faults.stall;
  if (!writing_) return;
  asio::async_write(sink_, asio::buffer(on_its_way_.front().bytes),
                    [this, self = relay_.lock()](const error_code& error, std::size_t) {
                      writing_ = false;
                      if (error == asio::error::operation_aborted) return;
                      on_its_way_bytes_ -= on_its_way_.front().bytes.size();
                      on_its_way_.pop_front();
                      if (error) return finish();
                      write();
                      read();
                    });
}

// What is on its way still arrives, and then the end; a cut swallows that, too.
void Pump::finish() {
  at_end_ = true;
  if (!flow_.faults.cut) return write();
  has_hole_ = true;
  ended_();
}

void Pump::faults_changed() {
  read();
  write();
}

class TcpRelay final : public Relay, public std::enable_shared_from_this<TcpRelay> {
 public:
  TcpRelay(asio::io_context& io, RelayPlan plan)
      : io_(io), plan_(std::move(plan)), dialling_(io, tcp::v4(), plan_.accepted), dialled_(io), resolver_(io) {}

  void start() {
    const auto one_way_over = [this] { return one_way_ended(); };
    there_ = std::make_unique<Pump>(io_, weak_from_this(), dialling_, dialled_, *plan_.there, one_way_over);
    back_ = std::make_unique<Pump>(io_, weak_from_this(), dialled_, dialling_, *plan_.back, one_way_over);
    error_code ignored;
    ignored = dialling_.set_option(tcp::no_delay(true), ignored);
    if (plan_.target.empty()) return there_->read();
    connect();
  }

  void faults_changed() override {
    const bool cut = plan_.there->faults.cut || plan_.back->faults.cut;
    const bool has_hole = plan_.target.empty() || there_->has_hole() || back_->has_hole();
    if (has_hole && !cut) return reset();
    if (!connected_) return;
    there_->faults_changed();
    back_->faults_changed();
  }

  void reset() override {
    if (ended_) return;
    error_code ignored;
    for (auto* socket : {&dialling_, &dialled_}) {
      ignored = socket->set_option(asio::socket_base::linger(true, 0), ignored);
    }
    end();
  }

 private:
  void connect() {
    const auto colon = plan_.target.rfind(':');
    error_code error;
    const auto endpoints = resolver_.resolve(plan_.target.substr(0, colon), plan_.target.substr(colon + 1), error);
    if (error) return reset();
    asio::async_connect(dialled_, endpoints,
                        [self = shared_from_this()](const error_code& failed, const tcp::endpoint&) {
                          if (self->ended_) return;
                          if (failed) return self->reset();
                          self->run();
                        });
  }

  void run() {
    connected_ = true;
    error_code ignored;
    ignored = dialled_.set_option(tcp::no_delay(true), ignored);
    there_->read();
    back_->read();
  }

  void one_way_ended() {
    if (plan_.target.empty() || (there_->done() && back_->done())) end();
  }

  void end() {
    if (std::exchange(ended_, true)) return;
    error_code ignored;
    ignored = dialling_.close(ignored);
    ignored = dialled_.close(ignored);
    there_->stop();
    back_->stop();
    asio::post(io_, [self = shared_from_this()] { std::exchange(self->plan_.on_ended, {})(); });
  }

  asio::io_context& io_;
  RelayPlan plan_;
  tcp::socket dialling_;
  tcp::socket dialled_;
  tcp::resolver resolver_;
  std::unique_ptr<Pump> there_;
  std::unique_ptr<Pump> back_;
  bool connected_ = false;
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<Relay> start_relay(asio::io_context& io, RelayPlan plan) {
  auto relay = std::make_shared<TcpRelay>(io, std::move(plan));
  relay->start();
  return relay;
}

}  // namespace quipu::processes
