#include "core/port/names.h"

#include <cstddef>

namespace core {

std::string_view NameOf(Role role) {
  return role == Role::kMatcher ? "matcher" : "worker";
}

std::string_view NameOf(DeclineReason reason) {
  switch (reason) {
    case DeclineReason::kBusy:
      return "busy";
    case DeclineReason::kGone:
      return "gone";
    case DeclineReason::kFilter:
      break;
  }
  return "filter";
}

std::string_view NameOf(RespecifyCause cause) {
  switch (cause) {
    case RespecifyCause::kThin:
      return "thin";
    case RespecifyCause::kCrowd:
      return "crowd";
    case RespecifyCause::kStart:
      break;
  }
  return "start";
}

std::string_view NameOf(MatchEnd end) {
  switch (end) {
    case MatchEnd::kSatisfied:
      return "satisfied";
    case MatchEnd::kPatience:
      return "patience";
    case MatchEnd::kLeft:
      break;
  }
  return "left";
}

// The enum starts at 1.
std::string_view NameOf(RecordRefused::Reason reason) {
  constexpr std::string_view kNames[] = {"signature", "filter", "expired", "topic", "self"};
  return kNames[static_cast<size_t>(reason) - 1];
}

std::string_view NameOf(GarbledReason reason) {
  switch (reason) {
    case GarbledReason::kMalformed:
      return "malformed";
    case GarbledReason::kTooLarge:
      return "too_large";
    case GarbledReason::kUnknownType:
      return "unknown_type";
    case GarbledReason::kWrongNetwork:
      return "wrong_network";
    case GarbledReason::kWrongVersion:
      break;
  }
  return "wrong_version";
}

}  // namespace core
