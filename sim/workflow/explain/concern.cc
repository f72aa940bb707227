#include "sim/workflow/explain/concern.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "core/base/hash.h"

namespace sim {
namespace {

// More names than this and the violation is about everything.
constexpr size_t kNamesMax = 100'000;
constexpr size_t kPrefixDigits = 4;
constexpr std::string_view kHexDigits = "0123456789abcdef";

core::Key256 Padded(const core::TaskId& id) {
  core::Key256 name;
  std::copy(id.bytes.begin(), id.bytes.end(), name.bytes.begin());
  return name;
}

core::Key256 NameOfCall(core::PeerId client, int64_t request) {
  core::Key256 name;
  const uint64_t word = core::Mix64(client.value, static_cast<uint64_t>(request));
  for (size_t i = 0; i < sizeof(word); ++i) name.bytes[i] = static_cast<uint8_t>(word >> (8 * i));
  name.bytes.back() = 1;  // No shorter id, padded, ends so.
  return name;
}

struct NameTeller {
  std::string_view field;
  core::PeerId peer;

  std::optional<CarriedName> operator()(const core::Key256& key) const {
    return CarriedName{key, field == "tx"};
  }

  std::optional<CarriedName> operator()(const core::TaskId& id) const {
    return CarriedName{Padded(id), true};
  }

  std::optional<CarriedName> operator()(int64_t number) const {
    if (field != "request") return std::nullopt;
    return CarriedName{NameOfCall(peer, number), true};
  }

  template <typename Other>
  std::optional<CarriedName> operator()(const Other&) const {
    return std::nullopt;
  }
};

bool CarriesOne(const std::vector<CarriedName>& carried, const std::set<core::Key256>& of) {
  return std::any_of(carried.begin(), carried.end(),
                     [&](const CarriedName& one) { return of.contains(one.name); });
}

size_t PrefixOf(const core::Key256& name) {
  return size_t{name.bytes[0]} << 8 | name.bytes[1];
}

}  // namespace

std::vector<CarriedName> NamesIn(const Description& what, core::PeerId peer) {
  std::vector<CarriedName> names;
  for (const Field& field : what.fields) {
    const auto name = std::visit(NameTeller{field.name, peer}, field.value);
    if (name.has_value() && name->name != core::Key256()) names.push_back(*name);
  }
  return names;
}

Concern::Concern(core::PeerId peer, const std::vector<CarriedName>& named) : peer_(peer) {
  const bool operations =
      std::any_of(named.begin(), named.end(), [](const CarriedName& one) { return one.operation; });
  for (const CarriedName& one : named) {
    (one.operation == operations ? names_ : nearby_).insert(one.name);
  }
  if (peer != core::kNoPeer) peers_.insert(peer);
}

Relevance Concern::Of(const std::vector<CarriedName>& carried, core::PeerId a,
                      core::PeerId b) const {
  if (CarriesOne(carried, names_)) return Relevance::kNamed;
  const bool near = peer_ != core::kNoPeer && (a == peer_ || b == peer_);
  return near && CarriesOne(carried, nearby_) ? Relevance::kNearby : Relevance::kNone;
}

void Concern::Learn(Relevance relevance, const std::vector<CarriedName>& carried, core::PeerId a,
                    core::PeerId b) {
  if (relevance == Relevance::kNone || size() > kNamesMax) return;
  const bool named = relevance == Relevance::kNamed;
  const bool near = peer_ != core::kNoPeer && (a == peer_ || b == peer_);
  for (const CarriedName& one : carried) {
    if (one.operation) {
      (named ? names_ : nearby_).insert(one.name);
    } else if (named && near) {
      nearby_.insert(one.name);
    }
  }
  if (!named) return;
  peers_.insert(a);
  if (b != core::kNoPeer) peers_.insert(b);
}

void NameIndex::Saw(const std::vector<CarriedName>& carried) {
  for (const CarriedName& one : carried) last_[PrefixOf(one.name)] = one;
}

std::vector<CarriedName> NameIndex::NamesOf(const Violation& violation) const {
  std::vector<CarriedName> names;
  AddNamesIn(violation.subject, names);
  AddNamesIn(violation.expected, names);
  AddNamesIn(violation.found, names);
  return names;
}

void NameIndex::AddNamesIn(const std::string& text, std::vector<CarriedName>& names) const {
  for (size_t at = text.find_first_of(kHexDigits); at < text.size();) {
    const size_t end = std::min(text.find_first_not_of(kHexDigits, at), text.size());
    const bool shortened = end - at == kPrefixDigits && text.compare(end, 2, "..") == 0;
    if (shortened || end - at == 2 * sizeof(core::Key256)) {
      const auto prefix = std::stoul(text.substr(at, kPrefixDigits), nullptr, 16);
      if (last_[prefix].name != core::Key256()) names.push_back(last_[prefix]);
    }
    at = text.find_first_of(kHexDigits, end);
  }
}

}  // namespace sim
