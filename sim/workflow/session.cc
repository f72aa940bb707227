#include "sim/workflow/session.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <malloc.h>

#include "sim/network/swarm.h"
#include "sim/scenario/fault_list.h"
#include "sim/scenario/quantity.h"
#include "sim/workflow/build_info.h"

namespace sim {
namespace {

constexpr WorldTime kIdleMeasuredAt{1'000'000};

// What malloc has handed out and not got back, in all arenas.
size_t AllocatedBytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

Session::Session(Scenario scenario, const SessionOptions& options)
    : Session(std::make_shared<const Scenario>(WithDrawnFaults(std::move(scenario))), options) {}

Session::Session(std::shared_ptr<const Scenario> scenario, const SessionOptions& options)
    : scenario_(std::move(scenario)), options_(options), allocated_before_(AllocatedBytes()) {
  options_.threads = ThreadsOrAll(options.threads);
}

core::Status Session::Open() {
  const RunPlan plan{options_.threads, options_.shards, options_.stop_flag, nullptr};
  ASSIGN_OR_RETURN(world_, World::Make(scenario_, plan, watch_.observers()));
  if (options_.opened) options_.opened(*world_);
  return core::Status();
}

core::Status Session::Run(const std::function<void()>& after_step) {
  RETURN_IF_ERROR(Open());
  const auto goes_on = [&] {
    if (memory_.idle == 0 && reached_ >= kIdleMeasuredAt) memory_.idle = BytesPerPeer();
    after_step();
    return true;
  };
  ASSIGN_OR_RETURN(const RunState state, RunWhile(end(), goes_on));
  Close(state == RunState::kStopped ? world_->Now() : end());
  return core::Status();
}

core::StatusOr<RunState> Session::RunTo(WorldTime time) {
  reached_ = time;
  return world_->RunUntil(time);
}

core::StatusOr<RunState> Session::RunWhile(WorldTime end, const std::function<bool()>& goes_on) {
  RunState state = RunState::kPaused;
  bool wanted = true;
  while (wanted && state == RunState::kPaused && reached_ < end) {
    ASSIGN_OR_RETURN(state, RunTo(std::min(end, reached_ + kStep)));
    wanted = goes_on();
  }
  return state;
}

void Session::Close(WorldTime ended) {
  memory_.end = BytesPerPeer();
  if (memory_.idle == 0) memory_.idle = memory_.end;
  world_->Finish();
  const bool cut_short = ended < WorldTime{scenario_->duration.us};
  if (cut_short) watch_.Interrupt();
  result_.build = std::string(SourceVersion());
  result_.peers = scenario_->PeerCount();
  result_.ended = ended;
  result_.fingerprint = world_->fingerprint();
  result_.checkpoints = world_->checkpoints().size();
  result_.interrupted = cut_short;
  outcome_ = Evaluate(*scenario_, watch_.checkers(), watch_.metrics(), cut_short);
}

size_t Session::BytesPerPeer() const {
  const size_t now = AllocatedBytes();
  return now > allocated_before_ ? (now - allocated_before_) / std::max(1u, scenario_->PeerCount())
                                 : 0;
}

Capsule Session::MakeCapsule() const {
  Capsule capsule;
  capsule.scenario = scenario_->canonical;
  capsule.scenario_path = scenario_->path;
  capsule.data_files = scenario_->data_files;
  capsule.faults = FaultsToJson(scenario_->faults).dump();
  capsule.seed = scenario_->seed;
  capsule.build = result_.build;
  capsule.ended = result_.ended;
  capsule.interrupted = result_.interrupted;
  capsule.fingerprint = result_.fingerprint;
  for (const Judgement& judgement : outcome_.judgements) {
    if (!judgement.fails_run) continue;
    const Checker* checker = FindChecker(judgement.name);
    if (checker == nullptr || !checker->first().has_value()) continue;
    capsule.failed = FailedCheck{judgement.name, *checker->first()};
    break;
  }
  capsule.checkpoints = world_->checkpoints();
  return capsule;
}

bool RunUntilViolated(Session& session, const Checker& checker,
                      const std::function<bool()>& is_over) {
  bool given_up = false;
  const core::StatusOr<RunState> ran = session.RunWhile(session.end(), [&] {
    given_up = !checker.first().has_value() && is_over();
    return !checker.first().has_value() && !given_up;
  });
  if (!ran.ok() || given_up) return false;
  if (!checker.first().has_value()) session.Close(session.end());
  return checker.first().has_value();
}

int ThreadsOrAll(int threads) {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

core::StatusOr<core::Duration> ParseDuration(const std::string& option, const std::string& text) {
  const Quantity quantity = ParseQuantity(text, Measure::kDuration);
  if (quantity.problem == Quantity::Problem::kNone && quantity.value > 0)
    return core::Duration{quantity.value};
  return core::InvalidArgument(option + ": found \"" + text +
                               "\", allowed a duration above 0 with its unit, for example 90s");
}

core::StatusOr<WorldTime> ParseUntil(const std::string& text) {
  if (text.empty()) return WorldTime::Never();
  ASSIGN_OR_RETURN(const core::Duration until, ParseDuration("--until", text));
  return WorldTime{until.us};
}

}  // namespace sim
