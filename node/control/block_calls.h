// BlockCalls: the control clients' calls about blocks, from the request to the one answer.
//
//   call | event                              | becomes
//   -    | Begin, the node takes the command  | open
//   -    | Begin, refused                     | -      the error
//   open | the core observed BlockRead        | open   the content waits for the end
//   open | the core observed CallFinished     | -      the end is told
//   open | Abandon                            | -      told as in doubt (a write) or unavailable (a read); the core goes on
//
// Invariants: (1) an end is told once; (2) nothing is submitted from inside an observation; sinks must not call back.
// Bound: OpenCalls of the host (node/host/open_calls.h), and one content for each read that is about to end. Thread rule:
// one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "core/base/status.h"
#include "core/port/command.h"
#include "core/port/observation.h"
#include "node/host/node_view.h"
#include "node/service/status_json.h"

namespace node {

// What a client is told of an end. `value`: of a read that found a content.
[[nodiscard]] Json CallJson(const core::CallFinished& finished,
                            const std::optional<core::Bytes>& value);

class BlockCalls {
 public:
  using Ended = std::function<void(const Json&)>;

  // REQUIRES: view outlives this.
  explicit BlockCalls(NodeView& view);
  ~BlockCalls();
  BlockCalls(const BlockCalls&) = delete;
  BlockCalls& operator=(const BlockCalls&) = delete;

  // REQUIRES: a command about blocks. Gives it its number, which it returns; `ended` may be called before that. Errors:
  // what the node says of the command.
  [[nodiscard]] core::StatusOr<uint64_t> Begin(core::Command command, Ended ended);

  // Nobody waits for it any more, or the node stops.
  void Abandon(uint64_t request);

  [[nodiscard]] size_t size() const { return open_.size(); }

 private:
  struct Open {
    core::CallFinished abandoned;
    Ended ended;
    std::optional<core::Bytes> value;
  };

  void OnObservation(const core::Observation& observation);
  void End(const core::CallFinished& finished);

  NodeView* view_;
  uint64_t observer_ = 0;
  uint64_t last_request_ = 0;
  std::map<uint64_t, Open> open_;  // By request.
};

}  // namespace node
