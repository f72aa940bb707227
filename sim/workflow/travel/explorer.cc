#include "sim/workflow/travel/explorer.h"

#include <csignal>
#include <cstring>
#include <string>

#include "nlohmann/json.hpp"
#include <unistd.h>

#include "sim/observe/verdict_lines.h"
#include "sim/workflow/session.h"
#include "sim/workflow/travel/event_list.h"
#include "sim/workflow/travel/state_at.h"

namespace sim {
namespace {

using nlohmann::json;

class Explorer {
 public:
  Explorer(const Expedition& expedition, Channel channel)
      : end_(expedition.end),
        session_(expedition.scenario, {1, 0, expedition.end, nullptr}),
        channel_(std::move(channel)) {}

  // Until the other end is closed. A process that is given up need not take its world apart.
  [[noreturn]] void Serve() {
    const core::Status opened = session_.Open();
    bool heard = channel_.Reply(opened.ok() ? Born() : Failed(opened));
    while (heard) {
      Channel passed;
      const auto request = channel_.Receive(passed);
      if (!request.has_value()) break;
      heard = request->kind == Request::Kind::kFork ? Fork(std::move(passed)) : Serve(*request);
    }
    _exit(0);
  }

 private:
  static std::string Born() { return json{{"pid", getpid()}}.dump(); }

  static std::string Failed(const core::Status& status) {
    return json{{"error", core::MessageOf(status)}}.dump();
  }

  bool Serve(const Request& request) {
    const auto reply = Answer(request);
    return channel_.Reply(reply.ok() ? reply->dump() : Failed(reply.status()));
  }

  // In both processes. Each returns whether somebody listens.
  bool Fork(Channel passed) {
    const pid_t child = fork();
    if (child < 0) (void)passed.Reply(Failed(core::Internal("no more processes can be made")));
    if (child != 0) return true;
    channel_ = std::move(passed);
    channel_.CloseOthers();
    return channel_.Reply(Born());
  }

  core::StatusOr<json> Answer(const Request& request) {
    switch (request.kind) {
      case Request::Kind::kRunTo:
        return RunTo(request);
      case Request::Kind::kEvents:
        return Events(request);
      case Request::Kind::kState:
        return State(request);
      case Request::Kind::kChecks:
        return Checks(request);
      case Request::Kind::kSeek:
        return Seek(request);
      case Request::Kind::kFork:
        break;
    }
    return core::Internal("no such request");
  }

  core::StatusOr<json> RunTo(const Request& request) {
    const WorldTime window = session_.world().WindowOf(request.until.at);
    RETURN_IF_ERROR(RunWhile(window, [] { return true; }));
    return json{{"at", window.us}};
  }

  core::StatusOr<json> Events(const Request& request) {
    EventList list(session_,
                   {request.peer, request.from, request.until, request.count, request.last});
    RETURN_IF_ERROR(list.Run([this] { return !channel_.HungUp(); }));
    json events = json::array();
    for (const ToldEvent& event : list.events()) {
      events.push_back({{"at", event.key.at.us},
                        {"peer", event.key.peer.value},
                        {"index", event.key.index},
                        {"what", event.what},
                        {"lines", event.lines}});
    }
    return json{{"events", std::move(events)}};
  }

  core::StatusOr<json> State(const Request& request) {
    StateAt state(session_, request.peer, request.until);
    RETURN_IF_ERROR(state.Run());
    return json{{"text", state.text()}};
  }

  core::StatusOr<json> Checks(const Request& request) {
    const WorldTime window = session_.world().WindowOf(request.until.at);
    RETURN_IF_ERROR(RunWhile(window + core::Microseconds(1), [] { return true; }));
    std::string text;
    int violated = 0;
    for (const Checker* checker : session_.checkers()) {
      if (!checker->first().has_value() || checker->first()->at > request.until.at) continue;
      ++violated;
      text += ViolationText("violated", checker->info(), *checker->first(), {});
    }
    return json{{"text", text}, {"violated", violated}};
  }

  // A check that only the end can judge is judged there.
  core::StatusOr<json> Seek(const Request& request) {
    const Checker* checker = session_.FindChecker(request.check);
    if (checker == nullptr) {
      return core::InvalidArgument(std::string("found no check \"") + request.check +
                                   "\", allowed one of `orbsim list checks`");
    }
    RETURN_IF_ERROR(RunWhile(end_, [&] { return !checker->first().has_value(); }));
    if (!checker->first().has_value()) session_.Close(end_);
    if (!checker->first().has_value()) return json{{"found", false}};
    const Violation& violation = *checker->first();
    return json{{"found", true},
                {"at", violation.at.us},
                {"peer", violation.peer.value},
                {"text", ViolationText("violated", checker->info(), violation, {})}};
  }

  core::Status RunWhile(WorldTime until, const std::function<bool()>& goes_on) {
    const auto state = session_.RunWhile(until, [&] { return !channel_.HungUp() && goes_on(); });
    return state.status();
  }

  WorldTime end_;
  Session session_;
  Channel channel_;
};

}  // namespace

core::Status BeginExplorer(const Expedition& expedition, Channel channel) {
  const pid_t child = fork();
  if (child < 0) return core::Internal("no process could be made");
  if (child > 0) return core::Status();
  channel.CloseOthers();
  // Ctrl-C is for who asks; nobody waits for what a fork of this one returns.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGCHLD, SIG_IGN);
  Explorer(expedition, std::move(channel)).Serve();
}

}  // namespace sim
