// Channel: how a session of time travel talks with its processes (explorer.h): requests of a fixed size go down, texts come up. A
// request may pass on the other end of a new channel, for the process that it begins. When one end is closed, the other end notices:
// no process outlives the session that asks it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "sim/workflow/travel/event_key.h"

namespace sim {

// Both ends are one program: as bytes in memory.
struct Request {
  enum class Kind : uint8_t {
    kFork,    // Begin a process that is what this one is now, at the channel passed on.
    kRunTo,   // Up to the window of `until`, itself not run.
    kEvents,  // Behind `from`, up to `until`: the first `count` of them, or the last.
    kState,   // Of `peer`, at `until`.
    kChecks,  // What is violated at `until`.
    kSeek,    // The instant in which `check` is violated.
  };

  Kind kind = Kind::kRunTo;
  bool last = false;
  core::PeerId peer = core::kNoPeer;  // kEvents: kNoPeer means all.
  uint32_t count = 0;
  EventKey from = {};
  EventKey until = {};
  char check[16] = {};  // Its id; ends with a zero.
};

class Channel {
 public:
  Channel() = default;

  explicit Channel(int socket) : socket_(socket) {}

  Channel(Channel&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

  Channel& operator=(Channel&& other) noexcept;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  ~Channel() { Close(); }

  // The two ends.
  [[nodiscard]] static core::StatusOr<std::pair<Channel, Channel>> Pair();

  void Close();

  [[nodiscard]] core::Status Send(const Request& request, const Channel* passed = nullptr) const;
  // Nothing: the other end is closed. `passed` is what came with it.
  [[nodiscard]] std::optional<Request> Receive(Channel& passed) const;

  [[nodiscard]] bool Reply(std::string_view text) const;
  // Errors: the other end is closed; `stop_flag` was set.
  [[nodiscard]] core::StatusOr<std::string> Await(const std::atomic<bool>* stop_flag) const;

  // Whether the other end is closed, without waiting.
  [[nodiscard]] bool HungUp() const;

  // Closes every other file of the process but the standard ones: what a fork has inherited.
  void CloseOthers();

 private:
  int socket_ = -1;
};

}  // namespace sim
