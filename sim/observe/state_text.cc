#include "sim/observe/state_text.h"

#include <limits>
#include <variant>

#include "absl/strings/str_format.h"

#include "core/base/check.h"
#include "sim/observe/checkers/checker.h"

namespace sim {
namespace {

constexpr size_t kBytesShown = 4;

std::string Seconds(int64_t us) {
  return absl::StrFormat("%d.%06d s", us / 1'000'000, us % 1'000'000);
}

struct ValueText {
  core::Time now;

  std::string operator()(int64_t value) const { return std::to_string(value); }

  std::string operator()(uint64_t value) const { return std::to_string(value); }

  std::string operator()(bool value) const { return value ? "yes" : "no"; }

  std::string operator()(std::string_view value) const { return std::string(value); }

  std::string operator()(core::Time value) const {
    if (value == core::Time::Never()) return "never";
    if (value.us == std::numeric_limits<int64_t>::min()) return "always";
    if (value == now) return "now";
    return value > now ? "in " + Seconds((value - now).us) : Seconds((now - value).us) + " ago";
  }

  std::string operator()(core::Duration value) const {
    return value.us < 0 ? "-" + Seconds(-value.us) : Seconds(value.us);
  }

  std::string operator()(core::PeerId value) const {
    return value == core::kNoPeer ? "nobody" : std::to_string(value.value);
  }

  std::string operator()(const core::Key256& value) const {
    return value == core::Key256() ? "none" : Short(value);
  }

  std::string operator()(std::span<const uint8_t> value) const {
    std::string hex;
    for (const uint8_t byte : value.first(std::min(kBytesShown, value.size()))) {
      hex += absl::StrFormat("%02x", byte);
    }
    if (value.size() > kBytesShown) hex += "..";
    return value.size() == sizeof(core::TxId) ? hex
                                              : absl::StrFormat("%d bytes %s", value.size(), hex);
  }
};

}  // namespace

StateText::StateText(std::string name, core::Time now) : now_(now) {
  parts_.push_back({std::move(name), 0, {}});
  open_.push_back(0);
}

void StateText::Open(std::string_view name) {
  parts_.push_back({std::string(name), open_.size(), {}});
  open_.push_back(parts_.size() - 1);
}

void StateText::Close() {
  CHECK(open_.size() > 1);
  open_.pop_back();
}

void StateText::Tell(std::string_view name, const core::StateValue& value) {
  parts_[open_.back()].values.emplace_back(std::string(name), std::visit(ValueText{now_}, value));
}

std::string StateText::Lines() const {
  std::string lines;
  for (const Part& part : parts_) {
    lines += std::string(2 * part.depth, ' ') + part.name;
    std::string_view last;
    for (const auto& [name, text] : part.values) {
      lines += last.empty() ? ": " : ", ";
      lines += name == last ? text : name + " " + text;
      last = name;
    }
    lines += "\n";
  }
  return lines;
}

}  // namespace sim
