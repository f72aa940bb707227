#include "sim/scenario/describe.h"

#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "sim/scenario/fault_list.h"
#include "sim/scenario/key_table.h"
#include "sim/scenario/quantity.h"

namespace sim {
namespace {

std::string Time(Duration time) {
  return FormatQuantity(time.us, Measure::kDuration);
}

std::string Share(uint64_t millionths) {
  return FormatQuantity(static_cast<int64_t>(millionths), Measure::kShare);
}

std::string Share(const core::Ratio& ratio) {
  return Share(ratio.numerator * 1'000'000 / ratio.denominator);
}

std::string Rate(uint64_t bits) {
  return FormatQuantity(static_cast<int64_t>(bits), Measure::kRate);
}

uint64_t HashOf(const std::vector<int64_t>& numbers) {
  core::Hasher hasher;
  for (const int64_t number : numbers) hasher.Add(number);
  return hasher.Result().high;
}

std::string Text(const Distribution& d) {
  const std::string_view name = kDistributionTable.cases[static_cast<size_t>(d.kind)].word.word;
  std::string text = absl::StrCat(
      std::string(name), " low ", Time(d.low), " high ", Time(d.high), " scale ", Time(d.scale),
      " shape ", FormatQuantity(static_cast<int64_t>(d.shape_ppm), Measure::kDecimal));
  if (!d.quantiles_us.empty()) {
    absl::StrAppend(&text, " values ", d.quantiles_us.size(), " hash ",
                    absl::Hex(HashOf(d.quantiles_us)));
  }
  return text;
}

class Printer {
 public:
  explicit Printer(const Scenario& scenario) : scenario_(scenario) {}

  std::string Run() {
    Top();
    for (const auto& [path, value] : DescribeProtocol(scenario_.protocol)) {
      Line("protocol " + path, value);
    }
    Network();
    for (const Group& group : scenario_.groups) PrintGroup(group);
    for (const Operation& operation : scenario_.workload) PrintOperation(operation);
    for (const Fault& fault : scenario_.faults) {
      Line("fault", FaultsToJson({fault}).at(0).dump());
    }
    Swarm();
    for (const Reseed& reseed : scenario_.reseed) {
      Line("reseed", absl::StrCat(Time(reseed.at), " ", reseed.seed));
    }
    for (const std::string& bug : scenario_.plant) Line("plant", bug);
    for (const Expectation& expectation : scenario_.expect) {
      Line("expect", expectation.text + (expectation.must_fail ? " must fail" : "") +
                         (expectation.counted ? " counted" : ""));
    }
    return std::move(text_);
  }

 private:
  void Line(std::string_view key, std::string_view value) {
    text_ += key;
    text_ += ' ';
    text_ += value;
    text_ += '\n';
  }

  void Top() {
    Line("name", scenario_.name);
    Line("hash", core::ToHex(scenario_.hash));
    Line("duration", Time(scenario_.duration));
    Line("seed", std::to_string(scenario_.seed));
    Line("profile", scenario_.profile);
    for (const std::string& name : scenario_.fails_under) Line("fails_under", name);
    Line("bootstrap", scenario_.warm ? "warm" : "cold " + std::to_string(scenario_.seed_peers));
    Line("crypto", scenario_.modelled_crypto ? "modelled" : "real");
    Line("safety", scenario_.safety_only ? "only" : Time(scenario_.safety_until));
  }

  void Network() {
    constexpr std::array<std::string_view, 4> kModels = {"fixed", "uniform", "matrix", "regions"};
    const NetworkSpec& n = scenario_.network;
    Line("latency", kModels[static_cast<size_t>(n.model)]);
    Line("delays", Time(n.fixed) + " " + Time(n.uniform_low) + " " + Time(n.uniform_high));
    Line("matrix", std::to_string(n.matrix_side));
    for (const Region& region : n.regions) {
      Line("region",
           absl::StrCat(region.name, " ", Share(region.share_ppm), " up ",
                        Rate(region.up_bits_per_s), " down ", Rate(region.down_bits_per_s)));
    }
    Line("jitter", Text(n.jitter));
    Line("floor", Time(n.floor));
    Line("faults", "loss " + Share(n.loss) + " duplicate " + Share(n.duplicate) + " reorder " +
                       Share(n.reorder) + " by " + Time(n.reorder_extra) + " corrupt " +
                       Share(n.corrupt));
    Line("bandwidth", (n.bandwidth ? "on, queue " : "off, queue ") + Time(n.queue_limit));
  }

  void PrintGroup(const Group& g) {
    const std::string name = "group " + g.name;
    Line(name, absl::StrCat(g.first, " + ", g.count, " region \"", g.region, "\" up ",
                            Rate(g.up_bits_per_s), " down ", Rate(g.down_bits_per_s), " service ",
                            Time(g.service_time), " start ", Time(g.start_at), " over ",
                            Time(g.start_over), " clock ", Time(g.clock.offset), " ",
                            Share(g.clock.drift_ppm)));
    for (const auto& [reach, share] : g.reachability_ppm) {
      const std::string_view word = kReachabilityTable.rows[static_cast<size_t>(reach)].key;
      Line(name, absl::StrCat(std::string(word), " ", Share(share)));
    }
    if (g.churn.on) {
      Line(name, "session " + Text(g.churn.session));
      Line(name, "gap " + Text(g.churn.gap) + (g.churn.wipe ? " wipe" : ""));
    }
    if (!g.adversary.role.empty()) {
      Line(name, "adversary " + g.adversary.role + " " + Share(g.adversary.rate));
      for (const auto& [key, value] : g.adversary.options) Line(name, key + " = " + value);
    }
    if (g.disk != DiskSpec()) {
      Line(name, absl::StrCat("disk sync ", Time(g.disk.sync), " spread ", Time(g.disk.sync_spread),
                              " rate ", Rate(g.disk.bits_per_s), " keeps ",
                              std::string(kDiskKeeps[static_cast<size_t>(g.disk.keeps)].word)));
    }
    if (g.grind_bits > 0) {
      const std::string block = absl::StrCat("block ", g.grind_block, " of ", g.grind_blocks);
      Line(name,
           absl::StrCat("grind ", g.grind_block.empty() ? g.grind_near : block, " ", g.grind_bits));
    }
  }

  void PrintOperation(const Operation& o) {
    const std::string_view verb = kOperationTable.cases[VerbOf(o)].word.word;
    std::string line =
        absl::StrCat(std::string(verb), " at ", Time(o.at), " spread ", Time(o.spread), " every ",
                     Time(o.every), " until ", Time(o.until), " who ", ToText(o.who));
    if (!o.shares.empty()) line += " shares " + absl::StrJoin(o.shares, ",");
    if (o.random_target) line += " random";
    if (!o.on_collections.empty()) return Line("do", line + CollectionsText(o.on_collections));
    if (o.vote.has_value()) return Line("do", line + VoteText(*o.vote));
    Line("do",
         line + (o.on_blocks.has_value() ? BlocksText(*o.on_blocks) : CommandText(o.command)));
  }

  // The table lists the commands first, then the operations on collections.
  static size_t VerbOf(const Operation& o) {
    return o.on_collections.empty() ? o.command.index() : VerbOf(o.on_collections[0]);
  }

  static size_t VerbOf(const CollectionOperation& o) {
    return kOperationTable.cases.size() - CollectionOperation::kKinds + static_cast<size_t>(o.kind);
  }

  static std::string CollectionsText(const std::vector<CollectionOperation>& parts) {
    std::string text = CollectionText(parts[0]);
    for (size_t i = 1; i < parts.size(); ++i) {
      text += absl::StrCat(" also ", std::string(kOperationTable.cases[VerbOf(parts[i])].word.word),
                           CollectionText(parts[i]));
    }
    return text;
  }

  static std::string CollectionText(const CollectionOperation& o) {
    return absl::StrCat(" collection ", o.collection, " keys ", o.keys, " count ", o.count,
                        " bytes ", o.bytes,
                        o.absent == 0 ? "" : absl::StrCat(" absent ", o.absent));
  }

  static std::string BlocksText(const BlockOperation& o) {
    return absl::StrCat(" block ", o.block, " of ", o.blocks, " writes ", o.writes, " bytes ",
                        o.bytes, " base ", o.base.has_value() ? absl::StrCat(*o.base) : "latest",
                        " revision ", o.revision, " tries ", o.tries);
  }

  static std::string VoteText(const VoteOperation& o) {
    return absl::StrCat(" election ", o.election, " voters ", o.voters, " opens ", Time(o.opens),
                        " closes ", Time(o.closes), " choices ", o.choices, " unitary ",
                        o.unitary ? "yes" : "no");
  }

  static std::string List(const core::StringList& list) {
    std::string text = "[";
    list.ForEach([&](std::string_view word) {
      if (text.size() > 1) text += ' ';
      text += word;
    });
    return text + "]";
  }

  static std::string CommandText(const core::Command& command) {
    if (const auto* match = std::get_if<core::MatchCommand>(&command)) {
      return absl::StrCat(" ", match->topic.kind, "/", match->topic.label, " seek ",
                          match->seek == core::Role::kWorker ? "workers" : "matchers", " want ",
                          match->want, " patience ", Time(match->patience), " must ",
                          List(match->filter.must), " must_not ", List(match->filter.must_not),
                          " min_budget ", match->filter.min_budget, " capabilities ",
                          List(match->capabilities));
    }
    if (const auto* work = std::get_if<core::WorkCommand>(&command)) {
      return absl::StrCat(" ", work->topic.kind, "/", work->topic.label, " budget ", work->budget,
                          " capabilities ", List(work->capabilities));
    }
    if (const auto* leave = std::get_if<core::LeaveCommand>(&command)) {
      return absl::StrCat(" ", leave->topic.kind, "/", leave->topic.label);
    }
    if (const auto* lend = std::get_if<core::LendCommand>(&command)) {
      return absl::StrCat(" capacity ", lend->bytes);
    }
    const core::Key256& target = std::get<core::LookupCommand>(command).target;
    std::string text = " target ";
    for (const uint8_t byte : target.bytes)
      absl::StrAppend(&text, absl::Hex(byte, absl::kZeroPad2));
    return text;
  }

  void Swarm() {
    constexpr std::array<std::string_view, 4> kWords = {"none", "low", "medium", "high"};
    std::string line(kWords[static_cast<size_t>(scenario_.swarm.intensity)]);
    for (const Fault::Kind kind : scenario_.swarm.draw) {
      line += ' ';
      line += kFaultTable.cases[static_cast<size_t>(kind)].word.word;
    }
    Line("swarm", line);
  }

  const Scenario& scenario_;
  std::string text_;
};

}  // namespace

std::string PrintScenario(const Scenario& scenario) {
  return Printer(scenario).Run();
}

}  // namespace sim
