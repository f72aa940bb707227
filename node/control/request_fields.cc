#include "node/control/request_fields.h"

#include <algorithm>

#include "core/base/base64.h"
#include "node/base/visible_text.h"
#include "node/config/quantity.h"

namespace node {
namespace {

std::string RangeText(const RequestFields::Range& range) {
  return std::to_string(range.low) + " to " + std::to_string(range.high);
}

}  // namespace

const JsonNode* RequestFields::Find(std::string_view key) const {
  for (size_t i = 0; i < params_->keys.size(); ++i) {
    if (params_->keys[i].name == key) return &params_->items[i];
  }
  return nullptr;
}

const JsonNode* RequestFields::Take(std::string_view key) {
  known_.push_back(key);
  return Find(key);
}

void RequestFields::Note(std::string_view key, const std::string& found,
                         const std::string& allowed) {
  if (!first_.ok()) return;
  first_ = core::InvalidArgument(JoinPointer(pointer_, key) + ": found " + found + ", allowed " +
                                 allowed);
}

std::string RequestFields::Text(std::string_view key, const Range& bytes) {
  if (!Has(key)) Note(key, "none", "a text of " + RangeText(bytes) + " bytes");
  return TextOr(key, bytes, "");
}

std::string RequestFields::TextOr(std::string_view key, const Range& bytes,
                                  std::string_view fallback) {
  const JsonNode* node = Take(key);
  if (node == nullptr) return std::string(fallback);
  const auto size = static_cast<int64_t>(node->text.size());
  if (node->kind == JsonNode::Kind::kText && size >= bytes.low && size <= bytes.high) {
    return node->text;
  }
  Note(key,
       node->kind == JsonNode::Kind::kText ? std::to_string(size) + " bytes" : DescribeNode(*node),
       "a text of " + RangeText(bytes) + " bytes");
  return std::string(fallback);
}

std::optional<int64_t> RequestFields::Integer(std::string_view key, const Range& range) {
  const JsonNode* node = Take(key);
  if (node == nullptr) return std::nullopt;
  const bool fits = node->kind == JsonNode::Kind::kInteger && node->number >= range.low &&
                    node->number <= range.high;
  if (fits) return node->number;
  Note(key, DescribeNode(*node), "an integer from " + RangeText(range));
  return std::nullopt;
}

int64_t RequestFields::Number(std::string_view key, const Range& range) {
  if (!Has(key)) Note(key, "none", "an integer from " + RangeText(range));
  return Integer(key, range).value_or(range.low);
}

bool RequestFields::Flag(std::string_view key) {
  const JsonNode* node = Take(key);
  if (node == nullptr) return false;
  if (node->kind != JsonNode::Kind::kFlag) Note(key, DescribeNode(*node), "true or false");
  return node->flag;
}

core::Bytes RequestFields::Binary(std::string_view key, size_t bytes_max) {
  const JsonNode* node = Take(key);
  const std::string allowed = "base64 of at most " + std::to_string(bytes_max) + " bytes";
  if (node == nullptr || node->kind != JsonNode::Kind::kText) {
    Note(key, node == nullptr ? "none" : DescribeNode(*node), allowed);
    return {};
  }
  const std::optional<std::string> bytes = core::FromBase64(node->text);
  if (bytes.has_value() && bytes->size() <= bytes_max) return {bytes->begin(), bytes->end()};
  Note(key,
       bytes.has_value() ? std::to_string(bytes->size()) + " bytes" : "a text that is no base64",
       allowed);
  return {};
}

std::vector<const JsonNode*> RequestFields::Objects(std::string_view key, const Range& count) {
  const JsonNode* node = Take(key);
  const std::string allowed = "a list of " + RangeText(count) + " objects";
  std::vector<const JsonNode*> objects;
  if (node == nullptr || node->kind != JsonNode::Kind::kList) {
    Note(key, node == nullptr ? "none" : DescribeNode(*node), allowed);
    return objects;
  }
  for (const JsonNode& item : node->items) {
    if (item.kind == JsonNode::Kind::kObject) {
      objects.push_back(&item);
    } else {
      Note(key, DescribeNode(item), allowed);
    }
  }
  const auto size = static_cast<int64_t>(node->items.size());
  if (size >= count.low && size <= count.high) return objects;
  Note(key, std::to_string(size) + " elements", allowed);
  return {};
}

size_t RequestFields::Word(std::string_view key, std::span<const std::string_view> words) {
  const JsonNode* node = Take(key);
  if (node == nullptr) return 0;
  if (node->kind == JsonNode::Kind::kText) {
    const auto found = std::find(words.begin(), words.end(), node->text);
    if (found != words.end()) return static_cast<size_t>(found - words.begin());
  }
  Note(key, DescribeNode(*node), QuotedList(words));
  return 0;
}

std::optional<core::Duration> RequestFields::Span(std::string_view key) {
  const JsonNode* node = Take(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == JsonNode::Kind::kText) {
    if (const auto us = ParseQuantity(node->text, DurationUnits())) return core::Duration{*us};
  }
  Note(key, DescribeNode(*node), "a duration such as \"10s\"");
  return std::nullopt;
}

std::vector<std::string> RequestFields::Texts(std::string_view key, size_t count_max,
                                              size_t bytes_max) {
  const JsonNode* node = Take(key);
  if (node == nullptr) return {};
  const std::string allowed = "a list of up to " + std::to_string(count_max) + " texts of 1 to " +
                              std::to_string(bytes_max) + " bytes";
  if (node->kind != JsonNode::Kind::kList || node->items.size() > count_max) {
    Note(key,
         node->kind == JsonNode::Kind::kList ? std::to_string(node->items.size()) + " elements"
                                             : DescribeNode(*node),
         allowed);
    return {};
  }
  std::vector<std::string> texts;
  for (const JsonNode& item : node->items) {
    if (item.kind != JsonNode::Kind::kText || item.text.empty() || item.text.size() > bytes_max) {
      Note(key, DescribeNode(item), allowed);
      return {};
    }
    texts.push_back(item.text);
  }
  return texts;
}

core::Status RequestFields::Finish() {
  for (const JsonNode::Key& key : params_->keys) {
    if (std::find(known_.begin(), known_.end(), key.name) != known_.end()) continue;
    Note(key.name, "an unknown key", known_.empty() ? "no parameters" : QuotedList(known_));
  }
  return first_;
}

}  // namespace node
