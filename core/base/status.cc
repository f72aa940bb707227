#include "core/base/status.h"

namespace core {
namespace {
absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}
}  // namespace

Status InvalidArgument(std::string_view message) {
  return absl::InvalidArgumentError(ToAbsl(message));
}

Status NotFound(std::string_view message) {
  return absl::NotFoundError(ToAbsl(message));
}

Status Unimplemented(std::string_view message) {
  return absl::UnimplementedError(ToAbsl(message));
}

Status ResourceExhausted(std::string_view message) {
  return absl::ResourceExhaustedError(ToAbsl(message));
}

Status FailedPrecondition(std::string_view message) {
  return absl::FailedPreconditionError(ToAbsl(message));
}

Status Unavailable(std::string_view message) {
  return absl::UnavailableError(ToAbsl(message));
}

Status DataLoss(std::string_view message) {
  return absl::DataLossError(ToAbsl(message));
}

Status Internal(std::string_view message) {
  return absl::InternalError(ToAbsl(message));
}

std::string_view MessageOf(const Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace core
