#include "sim/history/cycles.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

namespace sim {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

constexpr unsigned Bit(EdgeKind kind) {
  return 1u << static_cast<unsigned>(kind);
}

constexpr unsigned kWrites = Bit(EdgeKind::kWriteWrite);
constexpr unsigned kSeen = kWrites | Bit(EdgeKind::kWriteRead);
constexpr unsigned kAll = kSeen | Bit(EdgeKind::kReadWrite);
constexpr unsigned kTime = Bit(EdgeKind::kRealTime);

struct CycleClass {
  const char* name;
  unsigned edges;
  bool one_read_write;  // Exactly one rw, the others as `edges` says.
};

constexpr std::array<CycleClass, 8> kClasses = {{
    {"G0", kWrites, false},
    {"G1c", kSeen, false},
    {"G-single", kSeen, true},
    {"G2", kAll, false},
    {"G0-realtime", kWrites | kTime, false},
    {"G1c-realtime", kSeen | kTime, false},
    {"G-single-realtime", kSeen | kTime, true},
    {"G2-realtime", kAll | kTime, false},
}};

using Cycle =
    std::vector<uint32_t>;  // Indices of edges, each beginning where the one before it ends.

class CycleSearch {
 public:
  CycleSearch(uint32_t nodes, const std::vector<Dependency>& edges)
      : nodes_(nodes), edges_(edges), starts_(nodes + 1), order_(edges.size()) {
    for (const Dependency& edge : edges_) ++starts_[edge.from + 1];
    for (uint32_t i = 0; i < nodes_; ++i) starts_[i + 1] += starts_[i];
    std::vector<uint32_t> next(starts_.begin(), starts_.end() - 1);
    for (uint32_t i = 0; i < edges_.size(); ++i) order_[next[edges_[i].from]++] = i;
    came_by_.assign(nodes_, kNone);
  }

  // Empty: the class has no cycle.
  Cycle Shortest(const CycleClass& wanted) {
    best_.clear();
    steps_ = 0;
    const unsigned mask =
        wanted.one_read_write ? wanted.edges | Bit(EdgeKind::kReadWrite) : wanted.edges;
    FindComponents(mask);
    for (uint32_t node = 0; node < nodes_ && !Settled(); ++node) {
      if (sizes_[component_[node]] < 2) continue;
      if (wanted.one_read_write) {
        TryReadWrites(node, wanted.edges);
      } else {
        Cycle cycle = Path(node, node, wanted.edges);
        Keep(std::move(cycle));
      }
    }
    return best_;
  }

 private:
  // Nothing is shorter than two.
  [[nodiscard]] bool Settled() const {
    return best_.size() == 2 || (!best_.empty() && steps_ > kCycleSteps);
  }

  void FindComponents(unsigned mask) {
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> graph(nodes_);
    for (const Dependency& edge : edges_) {
      if ((mask & Bit(edge.kind)) != 0) boost::add_edge(edge.from, edge.to, graph);
    }
    component_.assign(nodes_, 0);
    const auto count = boost::strong_components(
        graph, boost::make_iterator_property_map(component_.begin(),
                                                 boost::get(boost::vertex_index, graph)));
    sizes_.assign(static_cast<size_t>(count), 0);
    for (const uint32_t component : component_) ++sizes_[component];
  }

  void TryReadWrites(uint32_t node, unsigned others) {
    for (uint32_t i = starts_[node]; i < starts_[node + 1] && !Settled(); ++i) {
      const Dependency& edge = edges_[order_[i]];
      if (edge.kind != EdgeKind::kReadWrite || component_[edge.to] != component_[node]) continue;
      Cycle cycle = Path(edge.to, node, others);
      if (cycle.empty()) continue;
      cycle.insert(cycle.begin(), order_[i]);
      Keep(std::move(cycle));
    }
  }

  void Keep(Cycle cycle) {
    if (cycle.empty() || (!best_.empty() && cycle.size() >= best_.size())) return;
    best_ = std::move(cycle);
  }

  // The shortest way from one node to another, breadth first, inside the component, of at least one edge.
  Cycle Path(uint32_t from, uint32_t to, unsigned mask) {
    std::vector<uint32_t> reached = {from};
    bool arrived = false;
    for (size_t i = 0; i < reached.size() && !arrived; ++i) {
      for (uint32_t j = starts_[reached[i]]; j < starts_[reached[i] + 1] && !arrived; ++j) {
        const Dependency& edge = edges_[order_[j]];
        ++steps_;
        if ((mask & Bit(edge.kind)) == 0 || component_[edge.to] != component_[from]) continue;
        arrived = edge.to == to;
        if (came_by_[edge.to] != kNone || (edge.to == from && !arrived)) continue;
        came_by_[edge.to] = order_[j];
        reached.push_back(edge.to);
      }
    }
    Cycle path;
    if (arrived) {
      uint32_t node = to;
      do {
        path.push_back(came_by_[node]);
        node = edges_[came_by_[node]].from;
      } while (node != from);
      std::reverse(path.begin(), path.end());
    }
    for (const uint32_t node : reached) came_by_[node] = kNone;
    return path;
  }

  uint32_t nodes_;
  const std::vector<Dependency>& edges_;
  std::vector<uint32_t> starts_;  // By node, into order_.
  std::vector<uint32_t> order_;   // Edges by where they begin.
  std::vector<uint32_t> component_;
  std::vector<uint32_t> sizes_;
  std::vector<uint32_t> came_by_;  // By node: the edge of the search that reached it.
  Cycle best_;
  uint64_t steps_ = 0;
};

}  // namespace

std::optional<Anomaly> FindCycle(const TransactionHistory& history,
                                 const Dependencies& dependencies) {
  CycleSearch search(static_cast<uint32_t>(history.transactions.size()), dependencies.edges);
  for (const CycleClass& one : kClasses) {
    const Cycle cycle = search.Shortest(one);
    if (cycle.empty()) continue;
    Anomaly anomaly;
    anomaly.name = one.name;
    anomaly.about = "a cycle of " + std::to_string(cycle.size()) + " transactions";
    for (const uint32_t index : cycle) {
      anomaly.transactions.push_back(dependencies.edges[index].from);
      anomaly.reasons.push_back(ReasonOf(history, dependencies.edges[index]));
    }
    return anomaly;
  }
  return std::nullopt;
}

}  // namespace sim
