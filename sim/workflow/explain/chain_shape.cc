#include "sim/workflow/explain/chain_shape.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "core/base/hash.h"

namespace sim {
namespace {

using Kind = Happening::Kind;

std::string MomentOf(const Happening& one) {
  return std::string(one.name) + (one.words.empty() ? "" : " (" + one.words + ")");
}

class Shape {
 public:
  Shape(const Chain& chain, core::PeerId peer)
      : lines_(chain.lines), peer_(peer == core::kNoPeer ? lines_.back().happening.peer : peer) {}

  [[nodiscard]] std::string Text() const {
    std::vector<std::string> parts;
    for (std::string part : {Lived(), Met(), MomentOf(lines_.back().happening)}) {
      if (!part.empty()) parts.push_back(std::move(part));
    }
    return absl::StrJoin(parts, " .. ");
  }

 private:
  // What ends a life, or begins another, between what the peer had to do with this and the end.
  [[nodiscard]] std::string Lived() const {
    std::set<std::string> lived;
    bool concerned = false;
    for (const ChainLine& line : lines_) {
      const Happening& one = line.happening;
      if (one.peer != peer_) continue;
      const bool process = one.kind == Kind::kProcess;
      concerned = concerned || !process;
      const bool other_life = one.up || one.name == "forgot";
      if (concerned && process && other_life) lived.insert(std::string(one.name));
    }
    return absl::StrJoin(lived, ", ");
  }

  // Of the operation that failed: as long as the direct line stays with it.
  [[nodiscard]] std::set<uint64_t> OperationsThatFailed() const {
    std::set<uint64_t> operations;
    for (const ChainLine* line = &lines_.back();; line = &lines_[line->cause]) {
      const auto& these = line->happening.operations;
      if (!these.empty() && !operations.empty() && !AreOf(these, operations)) break;
      operations.insert(these.begin(), these.end());
      if (line->rule == CauseRule::kNone) break;
    }
    return operations;
  }

  static bool AreOf(const std::vector<uint64_t>& some, const std::set<uint64_t>& operations) {
    return std::any_of(some.begin(), some.end(),
                       [&](uint64_t one) { return operations.contains(one); });
  }

  // Messages are not what a peer did: which one came last is chance.
  [[nodiscard]] std::string Met() const {
    const std::set<uint64_t> failed = OperationsThatFailed();
    const auto last = std::find_if(lines_.rbegin() + 1, lines_.rend(), [&](const ChainLine& line) {
      const Happening& one = line.happening;
      const bool message = one.kind == Kind::kSent || one.kind == Kind::kDelivered;
      return one.peer == peer_ && !message && !AreOf(one.operations, failed);
    });
    return last == lines_.rend() ? "" : MomentOf(last->happening);
  }

  const std::vector<ChainLine>& lines_;
  core::PeerId peer_;
};

}  // namespace

std::string ShapeOf(const Chain& chain, core::PeerId peer) {
  return chain.lines.empty() ? "" : Shape(chain, peer).Text();
}

std::string NameOfShape(const std::string& shape) {
  const uint64_t hash =
      core::HashBytes({reinterpret_cast<const uint8_t*>(shape.data()), shape.size()});
  return absl::StrFormat("%06x", hash >> 40);
}

}  // namespace sim
