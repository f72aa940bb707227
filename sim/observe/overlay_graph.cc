#include "sim/observe/overlay_graph.h"

#include <algorithm>
#include <utility>

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/pending/disjoint_sets.hpp>
#include <boost/property_map/property_map.hpp>

namespace sim {
namespace {

constexpr uint32_t kOutside = 0xffffffffu;

// Peer handle -> index in members, kOutside for others.
std::vector<uint32_t> IndexOf(const std::vector<core::PeerId>& members) {
  std::vector<uint32_t> index(members.empty() ? 0 : members.back().value + 1, kOutside);
  for (size_t i = 0; i < members.size(); ++i) index[members[i].value] = static_cast<uint32_t>(i);
  return index;
}

template <typename Visit>
void ForEachMemberContact(const WorldView& world, core::PeerId peer,
                          const std::vector<uint32_t>& index, Visit&& visit) {
  for (const core::PeerId contact : world.ContactsOf(peer)) {
    if (contact.value < index.size() && index[contact.value] != kOutside) {
      visit(index[contact.value]);
    }
  }
}

}  // namespace

Components FindComponents(const WorldView& world, const std::vector<core::PeerId>& members) {
  const std::vector<uint32_t> index = IndexOf(members);
  std::vector<uint32_t> rank(members.size());
  std::vector<uint32_t> parent(members.size());
  const boost::identity_property_map identity;
  auto rank_map = boost::make_iterator_property_map(rank.begin(), identity);
  auto parent_map = boost::make_iterator_property_map(parent.begin(), identity);
  boost::disjoint_sets sets(rank_map, parent_map);
  const auto count = static_cast<uint32_t>(members.size());
  for (uint32_t i = 0; i < count; ++i) sets.make_set(i);
  for (uint32_t i = 0; i < count; ++i) {
    ForEachMemberContact(world, members[i], index, [&](uint32_t to) { sets.union_set(i, to); });
  }
  std::vector<uint32_t> sizes(members.size());
  for (uint32_t i = 0; i < count; ++i) ++sizes[sets.find_set(i)];
  const auto largest = std::max_element(sizes.begin(), sizes.end());
  Components result;
  result.count = static_cast<size_t>(
      std::count_if(sizes.begin(), sizes.end(), [](uint32_t size) { return size > 0; }));
  result.largest = largest == sizes.end() ? 0 : *largest;
  const auto root = static_cast<uint32_t>(largest - sizes.begin());
  for (uint32_t i = 0; i < count && result.example == core::kNoPeer; ++i) {
    if (sets.find_set(i) != root) result.example = members[i];
  }
  return result;
}

OverlayGraph::OverlayGraph(const WorldView& world, const std::vector<core::PeerId>& members) {
  const std::vector<uint32_t> index = IndexOf(members);
  offsets_.reserve(members.size() + 1);
  offsets_.push_back(0);
  for (const core::PeerId member : members) {
    ForEachMemberContact(world, member, index, [&](uint32_t to) { targets_.push_back(to); });
    std::sort(targets_.begin() + static_cast<std::ptrdiff_t>(offsets_.back()), targets_.end());
    offsets_.push_back(targets_.size());
  }
}

size_t OverlayGraph::Degree(size_t index) const {
  return offsets_[index + 1] - offsets_[index];
}

int64_t OverlayGraph::DiameterOfSample(size_t samples) const {
  using Graph =
      boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                         boost::no_property, uint32_t, uint32_t>;
  const size_t members = offsets_.size() - 1;
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  edges.reserve(targets_.size());
  for (size_t from = 0; from < members; ++from) {
    for (size_t at = offsets_[from]; at < offsets_[from + 1]; ++at) {
      edges.emplace_back(static_cast<uint32_t>(from), targets_[at]);
    }
  }
  const Graph graph(boost::edges_are_sorted, edges.begin(), edges.end(),
                    static_cast<uint32_t>(members));
  int64_t longest = 0;
  const size_t step = std::max<size_t>(1, members / samples);
  for (size_t from = 0; from < members; from += step) {
    std::vector<int64_t> distance(members, 0);
    boost::breadth_first_search(graph, static_cast<uint32_t>(from),
                                boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                    distance.data(), boost::on_tree_edge()))));
    longest = std::max(longest, *std::max_element(distance.begin(), distance.end()));
  }
  return longest;
}

int64_t OverlayGraph::ClusteringOfSample(size_t samples) const {
  const size_t members = offsets_.size() - 1;
  const size_t step = std::max<size_t>(1, members / samples);
  uint64_t pairs = 0;
  uint64_t connected = 0;
  const auto at = [&](size_t i) { return targets_.begin() + static_cast<std::ptrdiff_t>(i); };
  for (size_t center = 0; center < members; center += step) {
    for (size_t i = offsets_[center]; i < offsets_[center + 1]; ++i) {
      const uint32_t one = targets_[i];
      for (size_t j = offsets_[center]; j < offsets_[center + 1]; ++j) {
        if (i == j) continue;
        ++pairs;
        connected +=
            std::binary_search(at(offsets_[one]), at(offsets_[one + 1]), targets_[j]) ? 1 : 0;
      }
    }
  }
  return pairs == 0 ? 0 : static_cast<int64_t>(connected * 1'000'000 / pairs);
}

}  // namespace sim
