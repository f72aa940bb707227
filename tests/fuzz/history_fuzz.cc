// A history from arbitrary bytes under every model: refused with a message, or judged, twice the same. The first byte chooses the
// model.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "sim/history/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kModels[] = {"register", "kv", "block", "transactions"};
  if (size == 0) return 0;
  const std::string_view model = kModels[data[0] % 4];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  sim::SearchBudget budget;
  budget.configurations = 2000;
  const auto verdict = sim::CheckHistory(text, "h", model, budget);
  if (!verdict.ok()) {
    CHECK(core::MessageOf(verdict.status()).find(": found ") != std::string::npos);
    return 0;
  }
  const auto again = sim::CheckHistory(text, "h", model, budget);
  CHECK(again.ok() && again->line == verdict->line && again->explanation == verdict->explanation);
  CHECK(verdict->explanation.empty() == (verdict->answer == sim::HistoryVerdict::Answer::kHolds));
  return 0;
}
