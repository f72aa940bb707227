#include "sim/scenario/group_algebra.h"

#include <optional>

#include "absl/strings/str_cat.h"

#include "sim/scenario/findings.h"
#include "sim/scenario/quantity.h"

namespace sim {
namespace {

constexpr size_t kNestingMax = 16;
constexpr uint64_t kAll = 1'000'000;

struct Bound {
  uint64_t value = 0;
  bool percent = false;
};

class PeersParser {
 public:
  PeersParser(std::string_view text, const GroupNames& names) : text_(text), names_(names) {}

  PeersResult Run() {
    PeerSet peers;
    if (Expression(peers, 0) && !AtEnd()) {
      Fail(RestName(), "\"+\", \"-\", \"[\" or the end");
    }
    if (result_.found.empty() && peers.ranges.empty()) {
      FailBySize(Quoted(text_) + ", a set without peers", "a set with at least one peer");
    }
    if (result_.found.empty()) result_.peers = std::move(peers);
    return std::move(result_);
  }

 private:
  bool Fail(std::string found, std::string allowed, std::string nearest = "") {
    result_ = {{}, std::move(found), std::move(allowed), std::move(nearest), false};
    return false;
  }

  bool FailBySize(std::string found, std::string allowed) {
    (void)Fail(std::move(found), std::move(allowed));
    result_.by_size = true;
    return false;
  }

  void SkipSpace() {
    while (next_ < text_.size() && text_[next_] == ' ') ++next_;
  }

  bool AtEnd() {
    SkipSpace();
    return next_ == text_.size();
  }

  bool Take(std::string_view word) {
    SkipSpace();
    if (!text_.substr(next_).starts_with(word)) return false;
    next_ += word.size();
    return true;
  }

  std::string RestName() {
    return AtEnd() ? "the end of " + Quoted(text_) : Quoted(text_.substr(next_));
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kNestingMax deep.
  bool Expression(PeerSet& peers, size_t depth) {
    bool minus = false;
    PeerSet gathered;  // Terms of one sign: one union for a long list, not one per term.
    while (true) {
      PeerSet term;
      if (!Term(term, depth)) return false;
      gathered.ranges.insert(gathered.ranges.end(), term.ranges.begin(), term.ranges.end());
      const bool plus_next = Take("+");
      const bool minus_next = !plus_next && Take("-");
      if (minus == minus_next && (plus_next || minus_next)) continue;
      const PeerSet sorted = Union(gathered, {});
      peers = minus ? Minus(peers, sorted) : Union(peers, sorted);
      gathered.ranges.clear();
      minus = minus_next;
      if (!plus_next && !minus_next) return true;
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): at most kNestingMax deep.
  bool Term(PeerSet& peers, size_t depth) {
    if (depth > kNestingMax) return Fail("too many parentheses", "at most 16 levels");
    if (Take("(")) {
      if (!Expression(peers, depth + 1)) return false;
      if (!Take(")")) return Fail(RestName(), "\")\"");
    } else if (!Name(peers)) {
      return false;
    }
    while (Take("[")) {
      if (!SliceOf(peers)) return false;
    }
    return true;
  }

  [[nodiscard]] static bool IsWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  bool Name(PeerSet& peers) {
    SkipSpace();
    const size_t start = next_;
    while (next_ < text_.size() && IsWord(text_[next_])) ++next_;
    const std::string_view name = text_.substr(start, next_ - start);
    if (name.empty()) return Fail(RestName(), "the name of a group or \"(\"");
    if (name == "peers") {
      peers = RangeOf(0, names_.peers);
      return true;
    }
    std::vector<std::string_view> known = {"peers"};
    for (const auto& [group, members] : names_.groups) {
      if (group == name) {
        peers = members;
        return true;
      }
      known.push_back(group);
    }
    return Fail("the unknown group " + Quoted(name), QuotedList(known), Nearest(name, known));
  }

  std::optional<Bound> ReadBound() {
    SkipSpace();
    size_t end = next_;
    const auto is_digit = [&](size_t i) {
      return i < text_.size() && text_[i] >= '0' && text_[i] <= '9';
    };
    while (is_digit(end)) ++end;
    // Two dots separate bounds; one dot with a digit behind it begins a fraction.
    if (end < text_.size() && text_[end] == '.' && is_digit(end + 1)) {
      ++end;
      while (is_digit(end)) ++end;
    }
    const bool percent = end < text_.size() && text_[end] == '%';
    const auto value = ParseDecimal(text_.substr(next_, end - next_),
                                    percent ? int64_t{kAll / 100} : 1, /*truncate=*/false);
    if (!value.has_value()) {
      (void)Fail(RestName(), "an index or a percentage");
      return std::nullopt;
    }
    next_ = end + (percent ? 1 : 0);
    return Bound{static_cast<uint64_t>(*value), percent};
  }

  bool SliceOf(PeerSet& peers) {
    const auto first = ReadBound();
    if (!first.has_value()) return false;
    std::optional<Bound> second;
    if (Take("..")) {
      second = ReadBound();
      if (!second.has_value()) return false;
    }
    if (!Take("]")) return Fail(RestName(), second.has_value() ? "\"]\"" : "\"..\" or \"]\"");
    if (second.has_value() && first->percent != second->percent) {
      return Fail("an index and a percentage in one slice", "two indices or two percentages");
    }
    return Cut(peers, *first, second);
  }

  bool Cut(PeerSet& peers, const Bound& first, const std::optional<Bound>& second) {
    const uint64_t count = peers.Count();
    const uint64_t limit = first.percent ? kAll : count;
    Bound from = first;
    Bound to = second.value_or(Bound{first.value + 1, false});
    if (!second.has_value() && first.percent) {
      from.value = 0;
      to = first;
    }
    if (from.value > to.value) return Fail("a slice that ends before it begins", "from..to");
    if (to.value > limit) {
      return first.percent ? Fail("more than 100%", "percentages from 0% to 100%")
                           : FailBySize(absl::StrCat("an index beyond the ", count, " members"),
                                        absl::StrCat("indices from 0 to ", count));
    }
    const auto index = [&](uint64_t value) {
      return static_cast<uint32_t>(first.percent ? count * value / kAll : value);
    };
    peers = Slice(peers, index(from.value), index(to.value));
    return true;
  }

  std::string_view text_;
  const GroupNames& names_;
  size_t next_ = 0;
  PeersResult result_;
};

// The members of one group: all by its name, others by their numbers in it.
void AppendPart(std::string& text, const PeerSet& part, const std::string& name,
                const PeerSet& group) {
  const uint32_t first = group.ranges.empty() ? 0 : group.ranges.front().first;
  for (const auto& [from, to] : part.ranges) {
    if (!text.empty()) text += " + ";
    text += name;
    if (part == group) return;
    absl::StrAppend(&text, "[", from - first);
    if (to > from + 1) absl::StrAppend(&text, "..", to - first);
    text += "]";
  }
}

}  // namespace

PeersResult ParsePeers(std::string_view text, const GroupNames& names) {
  return PeersParser(text, names).Run();
}

std::string PeersText(const PeerSet& peers, const GroupNames& names) {
  const PeerSet everybody = RangeOf(0, names.peers);
  if (Minus(everybody, peers).ranges.empty()) return "peers";
  std::string text;
  for (const auto& [name, group] : names.groups) {
    AppendPart(text, Minus(group, Minus(group, peers)), name, group);
  }
  return text;
}

}  // namespace sim
