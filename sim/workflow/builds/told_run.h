// ToldRun: what a run tells, item by item, from this build or from another: docs/told_run.md is the form in which one build tells it to
// another. Two builds are compared by it (builds.h), for neither can load the other.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/base/hash.h"
#include "core/base/status.h"
#include "sim/workflow/session.h"

namespace sim {

struct ToldQuery {
  enum class What : uint8_t {
    kEvents,      // Every line of a narration.
    kCheckpoints  // Per simulated second a digest of what was told, and of what peers were given.
  };

  What what = What::kEvents;
  WorldTime from = {};  // Only what comes at this instant or later.
  WorldTime until = WorldTime::Never();
};

struct ToldItem {
  WorldTime at;
  std::string text;  // A line without its line feed, or the digests.

  friend bool operator==(const ToldItem&, const ToldItem&) = default;
};

class ToldRun {
 public:
  virtual ~ToldRun() = default;
  // Nothing: the run, or what was asked of it, is over. Errors: what keeps it from telling on; an interruption.
  [[nodiscard]] virtual core::StatusOr<std::optional<ToldItem>> Next() = 0;
};

// By this build; runs on as it is asked, and keeps what a stretch of 20 ms tells.
class OwnRun : public ToldRun {
 public:
  // REQUIRES: the scenario's swarm is drawn.
  OwnRun(std::shared_ptr<const Scenario> scenario, const SessionOptions& options,
         const ToldQuery& query);

  [[nodiscard]] core::StatusOr<std::optional<ToldItem>> Next() override;

 private:
  core::Status Begin();
  core::Status RunOn();
  void TakeLine(std::string_view line);
  void TakeCheckpoint();

  Session session_;
  ToldQuery query_;
  WorldTime end_;
  WorldTime reached_;
  bool begun_ = false;
  core::Hasher told_;  // All lines so far.
  std::deque<ToldItem> items_;
};

// As lines of JSON: the form's first line, an item, the form's last line. Each ends with a line feed.
[[nodiscard]] std::string FirstToldLine(const Scenario& scenario, const ToldQuery& query);
[[nodiscard]] std::string ToldLine(const ToldItem& item);
[[nodiscard]] std::string LastToldLine();

}  // namespace sim
