// Files of many lines, read a line at a time: a trace of 10^9 events takes the memory of one.
//
// Errors name the file, and the line where there is one. Thread rule: one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace sim {

// `take` gets each line without its line feed, and its number, counted from 1. Ends with its first error.
[[nodiscard]] core::Status ForEachLine(
    const std::string& path,
    const std::function<core::Status(const std::string& line, size_t number)>& take);

// "FILE:LINE: found ..., allowed ...".
[[nodiscard]] core::Status BadLine(const std::string& path, size_t number, const std::string& found,
                                   const std::string& allowed);

// The line as a JSON object.
[[nodiscard]] core::StatusOr<nlohmann::json> ObjectOf(const std::string& path,
                                                      const std::string& line, size_t number);

// Does the first line of a file name this format and this version?
[[nodiscard]] core::Status CheckFormat(const std::string& path, const nlohmann::json& first,
                                       const std::string& format, int version);

}  // namespace sim
