#include "sim/network/placement.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "core/base/check.h"
#include "sim/network/distribution.h"
#include "sim/network/draws.h"

namespace sim {
namespace {

constexpr uint64_t kWhole = 1'000'000;
constexpr uint32_t kSitesMax = 1u << 16;
constexpr size_t kRateClassesMax = 1u << 13;

enum class Which : uint8_t { kSite, kReachability, kAccess, kRelay };

// The entry of a list of shares (in millionths) that the bits fall on; the last one takes the rest.
template <typename Shares, typename ShareOf>
size_t Pick(const Shares& shares, uint64_t bits, ShareOf share_of) {
  const uint64_t point = core::Reduce(bits, kWhole);
  uint64_t reached = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    reached += share_of(shares[i]);
    if (point < reached) return i;
  }
  return shares.size();
}

Reachability PickReachability(const Group& group, uint64_t bits) {
  const size_t index =
      Pick(group.reachability_ppm, bits, [](const auto& entry) { return entry.second; });
  return index < group.reachability_ppm.size() ? group.reachability_ppm[index].first
                                               : Reachability::kPublic;
}

}  // namespace

class Placement::Maker {
 public:
  Maker(const Scenario& scenario, uint64_t seed) : scenario_(scenario), spec_(scenario.network) {
    placement_.seed_ = DrawKey(seed, core::Purpose::kPlacement);
  }

  core::StatusOr<Placement> Run() {
    RETURN_IF_ERROR(CheckSites());
    uint32_t next = 0;
    for (const Group& group : scenario_.groups) {
      if (group.first != next || group.count > std::numeric_limits<int32_t>::max() - next) {
        return core::InvalidArgument(absl::StrCat("group ", group.name, ": starts at peer ",
                                                  group.first, ", expected ", next));
      }
      next += group.count;
    }
    placement_.packed_.reserve(next);
    if (HasAccess()) placement_.access_us_.reserve(next);
    for (const Group& group : scenario_.groups) RETURN_IF_ERROR(Place(group));
    RETURN_IF_ERROR(CheckRelays());
    return std::move(placement_);
  }

 private:
  [[nodiscard]] bool HasAccess() const {
    return spec_.model == NetworkSpec::Model::kRegions && !spec_.access_us.empty();
  }

  [[nodiscard]] core::Status CheckSites() const {
    const bool matrix = spec_.model == NetworkSpec::Model::kMatrix;
    const uint64_t side = matrix ? spec_.matrix_side : spec_.regions.size();
    const size_t entries = matrix ? spec_.matrix_one_way_us.size() : spec_.region_one_way_us.size();
    const bool needed = matrix || spec_.model == NetworkSpec::Model::kRegions;
    if (needed && (side == 0 || side > kSitesMax || entries != side * side)) {
      return core::InvalidArgument(absl::StrCat("network: found ", entries, " delays for ", side,
                                                " sites, allowed: side x side, up to ", kSitesMax));
    }
    const auto& access = spec_.access_us;
    if (!access.empty() && (!std::is_sorted(access.begin(), access.end()) || access.front() < 0 ||
                            access.back() > std::numeric_limits<uint32_t>::max())) {
      return core::InvalidArgument("network: access delays must rise from 0 to at most 4294s");
    }
    return {};
  }

  // The region that the group names; the number of regions when it names none.
  [[nodiscard]] core::StatusOr<size_t> RegionOf(const Group& group) const {
    if (group.region.empty()) return spec_.regions.size();
    for (size_t i = 0; i < spec_.regions.size(); ++i) {
      if (spec_.regions[i].name == group.region) return i;
    }
    return core::InvalidArgument(absl::StrCat("group ", group.name, ": found region \"",
                                              group.region, "\", allowed: one of the network's ",
                                              spec_.regions.size(), " regions"));
  }

  core::StatusOr<uint32_t> RateClass(const Group& group, uint32_t site) {
    Rates rates{group.up_bits_per_s, group.down_bits_per_s};
    if (site < spec_.regions.size()) {
      if (rates.up == 0) rates.up = spec_.regions[site].up_bits_per_s;
      if (rates.down == 0) rates.down = spec_.regions[site].down_bits_per_s;
    }
    auto& known = placement_.rates_;
    const auto found = std::find(known.begin(), known.end(), rates);
    const size_t index = static_cast<size_t>(found - known.begin());
    if (found == known.end()) known.push_back(rates);
    if (known.size() > kRateClassesMax) {
      return core::ResourceExhausted(
          absl::StrCat("network: more than ", kRateClassesMax, " different pairs of bandwidths"));
    }
    return static_cast<uint32_t>(index);
  }

  [[nodiscard]] uint32_t PickSite(size_t region, uint64_t bits) const {
    if (spec_.model == NetworkSpec::Model::kMatrix) {
      return static_cast<uint32_t>(core::Reduce(bits, spec_.matrix_side));
    }
    if (spec_.regions.empty()) return 0;
    if (region < spec_.regions.size()) return static_cast<uint32_t>(region);
    const size_t drawn =
        Pick(spec_.regions, bits, [](const Region& entry) { return entry.share_ppm; });
    return static_cast<uint32_t>(std::min(drawn, spec_.regions.size() - 1));
  }

  core::Status Place(const Group& group) {
    ASSIGN_OR_RETURN(const size_t region, RegionOf(group));
    std::vector<uint32_t> class_of_site(std::max<size_t>(spec_.regions.size(), 1));
    for (uint32_t site = 0; site < class_of_site.size(); ++site) {
      ASSIGN_OR_RETURN(class_of_site[site], RateClass(group, site));
    }
    const bool by_region = spec_.model != NetworkSpec::Model::kMatrix;
    for (uint32_t peer = group.first; peer < group.first + group.count; ++peer) {
      const uint64_t occasion = OccasionBits(placement_.seed_, peer, 0);
      const uint32_t site = PickSite(region, DrawBits(occasion, Which::kSite));
      const Reachability reachability =
          PickReachability(group, DrawBits(occasion, Which::kReachability));
      placement_.all_public_ &= reachability == Reachability::kPublic;
      const uint32_t rate_class = class_of_site[by_region ? site : 0];
      placement_.packed_.push_back(site | static_cast<uint32_t>(reachability) << 16 |
                                   rate_class << 19);
      if (HasAccess()) placement_.access_us_.push_back(DrawAccess(occasion));
    }
    return {};
  }

  [[nodiscard]] uint32_t DrawAccess(uint64_t occasion) const {
    // The same interpolation as every quantile table, without copying the table into a
    // Distribution for each peer.
    return static_cast<uint32_t>(
        Interpolate(spec_.access_us, DrawBits(occasion, Which::kAccess)).us);
  }

  [[nodiscard]] core::Status CheckRelays() const {
    bool relayed = false;
    bool open = false;
    for (uint32_t peer = 0; peer < placement_.PeerCount(); ++peer) {
      const Reachability reachability = placement_.ReachabilityOf({peer});
      relayed |= reachability == Reachability::kRelayOnly;
      open |= reachability == Reachability::kPublic;
    }
    if (relayed && !open) {
      return core::InvalidArgument("network: relay-only peers need a public peer, found none");
    }
    return {};
  }

  const Scenario& scenario_;
  const NetworkSpec& spec_;
  Placement placement_;
};

core::StatusOr<Placement> Placement::Make(const Scenario& scenario, uint64_t seed) {
  return Maker(scenario, seed).Run();
}

core::PeerId Placement::RelayOf(core::PeerId client) const {
  constexpr uint32_t kTries = 64;
  const uint64_t occasion = OccasionBits(seed_, client.value, 0);
  uint64_t bits = DrawBits(occasion, Which::kRelay);
  uint32_t peer = 0;
  for (uint32_t i = 0; i < kTries; ++i) {
    peer = static_cast<uint32_t>(core::Reduce(bits, PeerCount()));
    if (ReachabilityOf({peer}) == Reachability::kPublic) return {peer};
    bits = core::Mix64(bits);
  }
  // Public peers are rare: the next one after the last try.
  for (uint32_t i = 0; i < PeerCount(); ++i) {
    peer = peer + 1 < PeerCount() ? peer + 1 : 0;
    if (ReachabilityOf({peer}) == Reachability::kPublic) return {peer};
  }
  CHECK(false && "a relay-only peer without a public one");
  return core::kNoPeer;
}

size_t Placement::MemoryUsage() const {
  return packed_.capacity() * sizeof(uint32_t) + access_us_.capacity() * sizeof(uint32_t) +
         rates_.capacity() * sizeof(Rates);
}

}  // namespace sim
