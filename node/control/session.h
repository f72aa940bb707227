// Session: the methods of the control protocol for one client, without a socket in sight. docs/control_protocol.md.
//
//   trust   | event                              | becomes
//   none    | authenticate, the right token      | trusted
//   none    | anything else                      | refused: the error is said, the connection ends
//   trusted | a line that cannot be read         | trusted: the error is said
//   trusted | a request                          | trusted: answered; `match` is answered when it ends, events before; a call
//           |                                    | about blocks and `record` when they end
//
// Invariants: (1) every request is answered once; (2) the client's participations end with the session;
// its open calls go on in the core.
// Thread rule: one thread. The destruction, Leave and OnLine submit commands, so none of them from inside an observation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "node/control/block_calls.h"
#include "node/control/participations.h"
#include "node/control/protocol.h"
#include "node/control/recordings.h"
#include "node/host/node_view.h"
#include "node/log/log.h"

namespace node {

// What all sessions share.
struct ControlContext {
  NodeView* view = nullptr;
  Participations* participations = nullptr;
  BlockCalls* calls = nullptr;
  Recordings* recordings = nullptr;
  Log* log = nullptr;
  std::string data_dir;  // Relative paths of clients start here.
  std::string token;     // Of those who must show one.
};

class Session {
 public:
  // Takes whole lines. Called from inside observations too, so it must not call back.
  using Send = std::function<void(std::string line)>;

  // REQUIRES: context outlives this.
  Session(const ControlContext& context, bool wants_token, Send send);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Without the line feed, at most kControlLineMax bytes.
  void OnLine(std::string_view line);

  // Ends the client's participations, which are told `end`, and answers its calls with what can be said by now.
  void Leave(std::string_view end);

  [[nodiscard]] bool trusted() const { return trusted_; }

  // The client is not to be listened to any more.
  [[nodiscard]] bool refused() const { return refused_; }

  // Something is still to be answered.
  [[nodiscard]] bool HasOpen() const {
    return !streams_.empty() || !calls_.empty() || recording_.has_value();
  }

 private:
  struct Method {
    std::string_view name;
    // One of them: what answers at once, or what begins and answers later.
    core::StatusOr<Json> (Session::*answer)(const ControlRequest& request);
    core::Status (Session::*begin)(const ControlRequest& request);
  };

  static std::span<const Method> Methods();
  [[nodiscard]] bool IsOpen(int64_t id) const;
  void Dispatch(const ControlRequest& request);
  void Fail(std::optional<int64_t> id, const core::Status& status);
  [[nodiscard]] core::Status Authenticate(const ControlRequest& request);
  [[nodiscard]] core::Status BeginMatch(const ControlRequest& request);
  [[nodiscard]] core::Status BeginCall(const ControlRequest& request);
  [[nodiscard]] core::Status BeginRecord(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> ShowStatus(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> ShowPeers(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> ShowState(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> ShowRing(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> Lend(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> Cancel(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> LeaveTopic(const ControlRequest& request);
  [[nodiscard]] core::StatusOr<Json> LogLevelOf(const ControlRequest& request);

  const ControlContext* context_;
  Send send_;
  bool trusted_;
  bool refused_ = false;
  std::map<int64_t, core::Key256> streams_;  // By request.
  std::map<int64_t, uint64_t> calls_;        // By request: their numbers; 0 until they have one.
  std::optional<int64_t> recording_;         // The request that waits for its file.
};

}  // namespace node
