#include "sim/network/rules.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "sim/network/distribution.h"
#include "sim/network/draws.h"

namespace sim {
namespace {

bool IsCut(Fault::Kind kind) {
  return kind == Fault::Kind::kPartition || kind == Fault::Kind::kIsolate;
}

RuleVerdict VerdictOf(Fault::Kind kind, Duration amount) {
  switch (kind) {
    case Fault::Kind::kLoss:
      return {RuleVerdict::Kind::kLose, {}};
    case Fault::Kind::kDelay:
    case Fault::Kind::kReorder:
      return {RuleVerdict::Kind::kDelay, std::clamp(amount, Duration{}, kDrawMax)};
    case Fault::Kind::kDuplicate:
      return {RuleVerdict::Kind::kDuplicate, {}};
    case Fault::Kind::kCorrupt:
      return {RuleVerdict::Kind::kCorrupt, {}};
    default:
      return {};
  }
}

}  // namespace

bool IsLinkFault(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kPartition:
    case Fault::Kind::kIsolate:
    case Fault::Kind::kLoss:
    case Fault::Kind::kDelay:
    case Fault::Kind::kDuplicate:
    case Fault::Kind::kReorder:
    case Fault::Kind::kCorrupt:
      return true;
    default:
      return false;
  }
}

void Rules::Begin(const Fault& fault, uint32_t index) {
  CHECK(IsLinkFault(fault.kind));
  Rule rule{.index = index,
            .kind = fault.kind,
            .one_way = fault.one_way,
            .ratio = fault.ratio,
            .amount = fault.amount,
            .targets = Members(fault.targets),
            .others = Members(fault.others)};
  // A delay without a share delays everything that it matches.
  if (rule.kind == Fault::Kind::kDelay && rule.ratio.numerator == 0) rule.ratio = {1, 1};
  auto& list = IsCut(fault.kind) ? cuts_ : rules_;
  const auto place = std::lower_bound(list.begin(), list.end(), index,
                                      [](const Rule& r, uint32_t i) { return r.index < i; });
  CHECK(place == list.end() || place->index != index);
  list.insert(place, std::move(rule));
}

void Rules::End(uint32_t index) {
  const auto has_index = [index](const Rule& rule) { return rule.index == index; };
  const size_t ended = std::erase_if(cuts_, has_index) + std::erase_if(rules_, has_index);
  CHECK(ended == 1);
}

bool Rules::Crosses(const Rule& rule, core::PeerId from, core::PeerId to) {
  if (!rule.targets.Contains(from)) return false;
  return rule.others.empty() ? !rule.targets.Contains(to) : rule.others.Contains(to);
}

bool Rules::Cuts(const Rule& rule, core::PeerId from, core::PeerId to) {
  if (rule.kind == Fault::Kind::kIsolate) {
    return rule.targets.Contains(from) || (!rule.one_way && rule.targets.Contains(to));
  }
  return Crosses(rule, from, to) || (!rule.one_way && Crosses(rule, to, from));
}

bool Rules::Blocked(core::PeerId from, core::PeerId to) const {
  if (from == to) return false;
  return std::any_of(cuts_.begin(), cuts_.end(),
                     [&](const Rule& rule) { return Cuts(rule, from, to); });
}

RuleVerdict Rules::Judge(core::PeerId from, core::PeerId to, uint64_t occasion) const {
  if (from == to) return {};
  for (const Rule& rule : rules_) {
    if (!rule.targets.Contains(from)) continue;
    if (!rule.others.empty() && !rule.others.Contains(to)) continue;
    const uint64_t bits = core::Mix64(occasion, 0x72756c65, rule.index);
    if (Hits(bits, rule.ratio)) return VerdictOf(rule.kind, rule.amount);
  }
  return {};
}

}  // namespace sim
