// One timer for all sockets: who wants to be woken when.
//
// A socket keeps one armed time. Moving a deadline later costs nothing: the entry comes up, the
// socket finds nothing due and arms the next. Invariants: (1) Tick calls the owner for every armed
// key whose time has come, in the order of time; (2) after Stop there is no call (P4). Thread rule:
// one thread. A test with a clock of its own moves it and calls Tick.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "node/transport/asio.h"
#include "node/transport/clock_source.h"

namespace node {

class Deadlines {
 public:
  // `due` gets the key and the time that it was armed with.
  using Due = std::function<void(uint64_t key, core::Time armed)>;

  Deadlines(asio::io_context& io, const ClockSource& clock, Due due)
      : clock_(&clock), due_(std::move(due)), timer_(io) {}

  void Arm(uint64_t key, core::Time when);
  void Tick();
  void Stop();

  [[nodiscard]] size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    core::Time when;
    uint64_t key;

    friend bool operator>(const Entry& a, const Entry& b) { return a.when > b.when; }
  };

  void Rest();

  const ClockSource* clock_;
  Due due_;
  Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // The timer's call may outlive us.
  core::Time timer_at_ = core::Time::Never();
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  bool stopped_ = false;
};

}  // namespace node
