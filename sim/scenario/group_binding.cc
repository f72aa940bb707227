// Binding of the groups section: peers get their handles in the order of the groups.
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "sim/scenario/adversary_binding.h"
#include "sim/scenario/allowed.h"
#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

constexpr uint64_t kAll = 1'000'000;
constexpr uint64_t kPeersMax = 16'777'216;

class GroupBinder {
 public:
  GroupBinder(const JsonValue& top, const JsonValue& value, std::string path, Binding& binding)
      : top_(top), value_(value), path_(std::move(path)), binding_(binding) {}

  Group Run() {
    Read(value_, "name", group_.name);
    Read(value_, "count", group_.count);
    Read(value_, "region", group_.region);
    Read(value_, "up", group_.up_bits_per_s);
    Read(value_, "down", group_.down_bits_per_s);
    Read(value_, "service_time", group_.service_time);
    CheckRegion();
    if (const JsonValue* reach = Good(value_, "reachability")) Reach(*reach);
    if (const JsonValue* clock = Good(value_, "clock")) {
      Read(*clock, "offset", group_.clock.offset);
      Read(*clock, "drift", group_.clock.drift_ppm);
    }
    if (const JsonValue* churn = Good(value_, "churn")) Churn(*churn);
    if (const JsonValue* adversary = Good(value_, "adversary")) {
      group_.adversary = BindAdversary(*adversary, Join(path_, "adversary"), binding_.vocabulary,
                                       binding_.findings);
    }
    if (const JsonValue* disk = Good(value_, "disk")) {
      Read(*disk, "sync", group_.disk.sync);
      Read(*disk, "spread", group_.disk.sync_spread);
      Read(*disk, "rate", group_.disk.bits_per_s);
      Read(*disk, "keeps", group_.disk.keeps);
    }
    if (const JsonValue* start = Good(value_, "start")) Start(*start);
    if (const JsonValue* grind = Good(value_, "grind")) Grind(*grind);
    return std::move(group_);
  }

 private:
  void CheckRegion() {
    const JsonValue* region = Good(value_, "region");
    if (region == nullptr) return;
    const NetworkSpec& network = binding_.scenario.network;
    if (network.model != NetworkSpec::Model::kRegions) {
      binding_.findings.Add({region->at, Join(path_, "region"), DescribeValue(*region),
                             "a region only with the latency model \"regions\"", ""});
      return;
    }
    std::vector<std::string_view> known;
    for (const Region& candidate : network.regions) {
      if (candidate.name == region->text) return;
      known.push_back(candidate.name);
    }
    // Without regions their file was bad, which has been said.
    if (known.empty()) return;
    binding_.findings.Add({region->at, Join(path_, "region"),
                           "the unknown region " + Quoted(region->text), QuotedList(known),
                           Nearest(region->text, known)});
  }

  void Reach(const JsonValue& reach) {
    if (reach.kind == JsonValue::Kind::kText) {
      group_.reachability_ppm = {{static_cast<Reachability>(reach.number), kAll}};
      return;
    }
    uint64_t sum = 0;
    bool good = true;
    for (size_t i = 0; i < kReachabilityCount; ++i) {
      const KeyRow& row = kReachabilityTable.rows[i];
      const JsonValue* share = Good(reach, row.key);
      good = good && (share != nullptr || reach.Find(row.key) == nullptr);
      if (share == nullptr || share->number == 0) continue;
      sum += static_cast<uint64_t>(share->number);
      group_.reachability_ppm.emplace_back(static_cast<Reachability>(i),
                                           static_cast<uint64_t>(share->number));
    }
    if (!good || sum == kAll) return;
    binding_.findings.Add(
        {reach.at, Join(path_, "reachability"),
         "shares that sum to " + FormatQuantity(static_cast<int64_t>(sum), Measure::kShare),
         "shares that sum to 100%", ""});
  }

  void Churn(const JsonValue& churn) {
    const std::string path = Join(path_, "churn");
    if (churn.kind == JsonValue::Kind::kObject) {
      group_.churn = BindChurn(churn, path, binding_);
      return;
    }
    const NetworkParameters* parameters = ParametersFor(top_, churn.at, path, binding_);
    if (parameters != nullptr) group_.churn = parameters->churn;
  }

  void Grind(const JsonValue& grind) {
    Read(grind, "near", group_.grind_near);
    Read(grind, "near_block", group_.grind_block);
    Read(grind, "blocks", group_.grind_blocks);
    Read(grind, "bits", group_.grind_bits);
    const bool topic = grind.Find("near") != nullptr;
    if (topic != (grind.Find("near_block") != nullptr)) return;
    binding_.findings.Add(
        {grind.at, Join(path_, "grind"),
         topic ? "both \"near\" and \"near_block\"" : "neither \"near\" nor \"near_block\"",
         "one of them", ""});
  }

  void Start(const JsonValue& start) {
    Read(start, "at", group_.start_at);
    Read(start, "over", group_.start_over);
    const Duration duration = binding_.scenario.duration;
    const Duration last = group_.start_at + group_.start_over;
    if (duration.us == 0 || last <= duration) return;
    binding_.findings.Add(
        {start.at, Join(path_, "start"),
         "starts until " + FormatQuantity(last.us, Measure::kDuration),
         "starts within the duration, which is " + FormatQuantity(duration.us, Measure::kDuration),
         ""});
  }

  static constexpr size_t kReachabilityCount = 6;
  const JsonValue& top_;
  const JsonValue& value_;
  std::string path_;
  Binding& binding_;
  Group group_;
};

void CheckName(const JsonValue& value, const std::string& path, Binding& binding) {
  const JsonValue* name = Good(value, "name");
  if (name == nullptr) return;
  const bool taken = name->text == "peers" ||
                     std::any_of(binding.names.groups.begin(), binding.names.groups.end(),
                                 [&](const auto& group) { return group.first == name->text; });
  if (!taken) return;
  binding.findings.Add({name->at, Join(path, "name"), Quoted(name->text) + ", which is taken",
                        "a name that no other group has, and not \"peers\"", ""});
}

}  // namespace

void BindGroups(const JsonValue& top, Binding& binding) {
  const JsonValue* groups = top.Find("groups");
  binding.names.names_unknown = groups == nullptr || groups->kind != JsonValue::Kind::kList;
  if (binding.names.names_unknown) return;
  uint64_t first = 0;
  for (size_t i = 0; i < groups->items.size(); ++i) {
    const JsonValue& item = groups->items[i];
    binding.names.names_unknown |= !item.good || Good(item, "name") == nullptr;
    binding.names.sizes_unknown |= Good(item, "count") == nullptr;
    if (!item.good) continue;
    const std::string path = Join("groups", i);
    CheckName(item, path, binding);
    Group group = GroupBinder(top, item, path, binding).Run();
    if (first + group.count > kPeersMax) {
      binding.findings.Add({item.at, path, absl::StrCat(first + group.count, " peers so far"),
                            absl::StrCat("at most ", kPeersMax, " peers in all groups"), ""});
      binding.names.names_unknown = true;
      return;
    }
    group.first = static_cast<uint32_t>(first);
    first += group.count;
    // A group whose count was refused still has a name; its size is not judged (sizes_unknown).
    const PeerSet members = group.count > 0 ? RangeOf(group.first, static_cast<uint32_t>(first))
                                            : RangeOf(0, uint32_t{kPeersMax});
    binding.names.groups.emplace_back(group.name, members);
    binding.names.peers = static_cast<uint32_t>(first);
    binding.scenario.groups.push_back(std::move(group));
  }
}

}  // namespace sim
