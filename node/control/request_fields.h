// RequestFields: takes the parameters of a request one by one; what was not taken at the end is unknown.
//
//   RequestFields fields(request.params);
//   const std::string path = fields.Text("path", 1, 4096);
//   RETURN_IF_ERROR(fields.Finish());
//
// The first mistake is kept for Finish; until then every call gives something harmless. Errors: InvalidArgument with JSON
// pointer, what was found and what is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/base/time.h"
#include "core/codec/messages.h"
#include "node/config/json_tree.h"

namespace node {

class RequestFields {
 public:
  struct Range {
    int64_t low = 0;
    int64_t high = 0;
  };

  // `pointer`: where the object stands. REQUIRES: params outlives this and is an object.
  explicit RequestFields(const JsonNode& params, std::string pointer = "/params")
      : params_(&params), pointer_(std::move(pointer)) {}

  // Required: without a fallback, a missing one is a mistake. Sizes in bytes.
  [[nodiscard]] std::string Text(std::string_view key, const Range& bytes);
  [[nodiscard]] std::string TextOr(std::string_view key, const Range& bytes,
                                   std::string_view fallback);
  [[nodiscard]] std::optional<int64_t> Integer(std::string_view key, const Range& range);
  // Required.
  [[nodiscard]] int64_t Number(std::string_view key, const Range& range);
  // False when it is missing.
  [[nodiscard]] bool Flag(std::string_view key);
  // Required: base64 of up to bytes_max bytes.
  [[nodiscard]] core::Bytes Binary(std::string_view key, size_t bytes_max);
  // Required: a list of `count` objects.
  [[nodiscard]] std::vector<const JsonNode*> Objects(std::string_view key, const Range& count);
  // Index of the word; 0 when it is missing.
  [[nodiscard]] size_t Word(std::string_view key, std::span<const std::string_view> words);
  // A text such as "10s".
  [[nodiscard]] std::optional<core::Duration> Span(std::string_view key);
  // Up to count_max texts of up to bytes_max bytes each.
  [[nodiscard]] std::vector<std::string> Texts(std::string_view key, size_t count_max,
                                               size_t bytes_max);

  [[nodiscard]] bool Has(std::string_view key) const { return Find(key) != nullptr; }

  [[nodiscard]] core::Status Finish();

 private:
  [[nodiscard]] const JsonNode* Find(std::string_view key) const;
  [[nodiscard]] const JsonNode* Take(std::string_view key);
  void Note(std::string_view key, const std::string& found, const std::string& allowed);

  const JsonNode* params_;
  std::string pointer_;
  std::vector<std::string_view> known_;
  core::Status first_;
};

}  // namespace node
