// Status and StatusOr for malformed or impossible input. Refusals are data, broken invariants are
// CHECKs.
//
// Debian's Abseil is built with its own string_view, so messages convert here, once, and nowhere
// else.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace core {

using Status = absl::Status;

template <typename T>
using StatusOr = absl::StatusOr<T>;

[[nodiscard]] Status InvalidArgument(std::string_view message);
[[nodiscard]] Status NotFound(std::string_view message);
[[nodiscard]] Status Unimplemented(std::string_view message);
[[nodiscard]] Status ResourceExhausted(std::string_view message);
[[nodiscard]] Status FailedPrecondition(std::string_view message);
[[nodiscard]] Status Unavailable(std::string_view message);
[[nodiscard]] Status DataLoss(std::string_view message);
[[nodiscard]] Status Internal(std::string_view message);
[[nodiscard]] std::string_view MessageOf(const Status& status);

}  // namespace core

#define RETURN_IF_ERROR(expression)                                 \
  do {                                                              \
    if (auto status_ = (expression); !status_.ok()) return status_; \
  } while (false)

#define ORBWEAVER_CONCAT_INNER(a, b) a##b
#define ORBWEAVER_CONCAT(a, b) ORBWEAVER_CONCAT_INNER(a, b)
#define ASSIGN_OR_RETURN(left, expression) \
  ASSIGN_OR_RETURN_NAMED(ORBWEAVER_CONCAT(result_, __LINE__), left, expression)
// A declaration and its name cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define ASSIGN_OR_RETURN_NAMED(name, left, expression) \
  auto name = (expression);                            \
  if (!name.ok()) return name.status();                \
  left = std::move(name).value()
// NOLINTEND(bugprone-macro-parentheses)
