#include "core/election/timeline.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"

namespace core {
namespace {

constexpr uint16_t Bit(Deed deed) {
  return static_cast<uint16_t>(1u << static_cast<unsigned>(deed));
}

template <typename... Deeds>
constexpr uint16_t Bits(Deeds... deeds) {
  return static_cast<uint16_t>((0u | ... | Bit(deeds)));
}

// The table in the header, line by line.
constexpr std::array<uint16_t, kPhases> kAllowed = {
    Bits(Deed::kRevise, Deed::kDeal),
    Bits(Deed::kRegister, Deed::kRevise, Deed::kDeal),
    Bits(Deed::kNegotiate, Deed::kCommit),
    Bits(Deed::kCommit),
    Bits(Deed::kRelease),
    Bits(Deed::kRelease, Deed::kCount),
    Bits(Deed::kRelease, Deed::kCount, Deed::kValidate),
    Bits(Deed::kRelease, Deed::kCount, Deed::kValidate, Deed::kCertify),
    0,
};

constexpr std::array<std::string_view, kPhases> kNames = {"announced",  "registration",  "voting",
                                                          "accruing",   "key release",   "tally",
                                                          "validation", "certification", "closed"};

}  // namespace

Status CheckSchedule(const Schedule& schedule) {
  const auto& begins = schedule.begins_ms;
  if (begins.front() < 0) return InvalidArgument("schedule: registration begins before 1970");
  for (size_t i = 1; i < begins.size(); ++i) {
    if (begins[i] > begins[i - 1]) continue;
    return InvalidArgument(absl::StrCat("schedule: ", std::string(kNames[i + 1]), " begins at ",
                                        begins[i], ", not after ", std::string(kNames[i]), " at ",
                                        begins[i - 1]));
  }
  return {};
}

Phase PhaseAt(const Schedule& schedule, int64_t now_ms) {
  const auto& begins = schedule.begins_ms;
  return static_cast<Phase>(std::upper_bound(begins.begin(), begins.end(), now_ms) -
                            begins.begin());
}

int64_t BeginOf(const Schedule& schedule, Phase phase) {
  CHECK(phase != Phase::kAnnounced);
  return schedule.begins_ms[static_cast<size_t>(phase) - 1];
}

bool Allows(Phase phase, Deed deed) {
  return (kAllowed[static_cast<size_t>(phase)] & Bit(deed)) != 0;
}

std::string_view NameOf(Phase phase) {
  return kNames[static_cast<size_t>(phase)];
}

}  // namespace core
