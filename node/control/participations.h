// Participations: who of the control clients takes part in which topic, and what the core observes of it.
//
//   topic    | event                             | becomes
//   -        | Begin, the node takes the command | open      the client is told what is observed of the topic
//   -        | Begin, refused                    | -         the error
//   open     | Begin                             | open      refused: one participation per topic and node
//   open     | the core observed MatchFinished   | -         the end is told
//   open     | Leave                             | -         the end is told, the core leaves
//
// Tasks are named without their topic by the core, so what happens to tasks is told to every worker. Invariants: (1) the
// end is told once, last; (2) nothing is submitted from inside an observation; sinks must not call back.
// Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/port/observation.h"
#include "node/control/match_request.h"
#include "node/host/node_view.h"
#include "node/service/status_json.h"

namespace node {

class Participations {
 public:
  struct Sink {
    std::function<void(const Json&)> event;
    std::function<void(const Json&)> end;
  };

  // REQUIRES: view outlives this.
  explicit Participations(NodeView& view);
  ~Participations();
  Participations(const Participations&) = delete;
  Participations& operator=(const Participations&) = delete;

  // The key by which the participation is left. Errors: FailedPrecondition when somebody takes part already; what the node
  // says of the command.
  [[nodiscard]] core::StatusOr<core::Key256> Begin(const MatchRequest& request, Sink sink);

  // `end` is what the client is told. False: nobody takes part.
  bool Leave(const core::Key256& key, std::string_view end = "left");

  [[nodiscard]] core::Key256 KeyOf(const core::Topic& topic) const { return view_->TopicOf(topic); }

  [[nodiscard]] size_t size() const { return open_.size(); }

 private:
  struct Open {
    core::Topic topic;
    bool works = false;
    Sink sink;
    std::string_view left = "left";  // What an end by leaving is called.
  };

  void OnObservation(core::Time time, const core::Observation& observation);
  void Tell(const core::Key256& key, const Json& event);
  void TellWorkers(const Json& event);
  void End(const core::Key256& key, const Json& result);
  [[nodiscard]] std::string NodeText(core::PeerId peer) const;

  // By kind of observation; what nobody waits for is ignored.
  void On(core::Time time, const core::MatchStarted& started);
  void On(core::Time time, const core::Published& published);
  void On(core::Time time, const core::Respecified& respecified);
  void On(core::Time time, const core::Seen& seen);
  void On(core::Time time, const core::Matched& matched);
  void On(core::Time, const core::MatchFinished& finished);
  void On(core::Time time, const core::TaskAccepted& accepted);
  void On(core::Time time, const core::TaskDeclined& declined);
  void On(core::Time time, const core::TaskFinished& finished);

  template <typename Other>
  void On(core::Time, const Other&) {}

  NodeView* view_;
  uint64_t observer_ = 0;
  std::map<core::Key256, Open> open_;
};

}  // namespace node
