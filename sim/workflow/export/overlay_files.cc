#include "sim/workflow/export/overlay_files.h"

#include <cstdint>
#include <sstream>
#include <utility>
#include <vector>

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_map/dynamic_property_map.hpp>

#include "core/codec/directory.h"
#include "sim/observe/checkers/checker.h"

namespace sim {
namespace {

struct Vertex {
  uint32_t peer = 0;
  std::string group;
  std::string region;
  std::string node_id;
  int up = 0;
  int honest = 0;
};

struct Edge {
  int shared_bits = 0;
  int64_t round_trip_us = 0;
};

using Graph = boost::compressed_sparse_row_graph<boost::directedS, Vertex, Edge, boost::no_property,
                                                 uint32_t, uint32_t>;
using Ends = std::pair<core::PeerId, core::PeerId>;

Vertex VertexOf(const WorldView& world, core::PeerId peer) {
  const Group& group = world.scenario().groups[GroupOf(world.scenario(), peer)];
  return {peer.value,
          group.name,
          group.region,
          Hex(world.context().directory->NodeIdOf(peer)),
          world.IsUp(peer) ? 1 : 0,
          world.IsHonest(peer) ? 1 : 0};
}

Edge EdgeOf(const WorldView& world, const Ends& ends) {
  const core::Directory& directory = *world.context().directory;
  return {core::CommonPrefix(directory.NodeIdOf(ends.first), directory.NodeIdOf(ends.second)),
          world.RoundTrip(ends.first, ends.second).us};
}

// Ascending by their beginnings.
std::vector<Ends> EdgesOf(const WorldView& world, const Selection& selection) {
  std::vector<Ends> edges;
  for (uint32_t i = 0; i < world.PeerCount(); ++i) {
    for (const core::PeerId contact : world.ContactsOf({i})) {
      if (selection.HasEither({i}, contact)) edges.emplace_back(core::PeerId{i}, contact);
    }
  }
  return edges;
}

// Who is in the graph, ascending.
std::vector<core::PeerId> VerticesOf(const WorldView& world, const Selection& selection,
                                     const std::vector<Ends>& edges) {
  std::vector<bool> wanted(world.PeerCount());
  for (uint32_t i = 0; i < world.PeerCount(); ++i) wanted[i] = selection.Has({i});
  for (const Ends& ends : edges) wanted[ends.first.value] = wanted[ends.second.value] = true;
  std::vector<core::PeerId> vertices;
  for (uint32_t i = 0; i < world.PeerCount(); ++i) {
    if (wanted[i]) vertices.push_back({i});
  }
  return vertices;
}

Graph GraphOf(const WorldView& world, const Selection& selection) {
  const std::vector<Ends> edges = EdgesOf(world, selection);
  const std::vector<core::PeerId> vertices = VerticesOf(world, selection, edges);
  std::vector<uint32_t> index(world.PeerCount());
  for (uint32_t i = 0; i < vertices.size(); ++i) index[vertices[i].value] = i;
  std::vector<std::pair<uint32_t, uint32_t>> ends;
  std::vector<Edge> properties;
  for (const Ends& one : edges) {
    ends.emplace_back(index[one.first.value], index[one.second.value]);
    properties.push_back(EdgeOf(world, one));
  }
  Graph graph(boost::edges_are_sorted, ends.begin(), ends.end(), properties.begin(),
              static_cast<uint32_t>(vertices.size()));
  for (uint32_t i = 0; i < vertices.size(); ++i) graph[i] = VertexOf(world, vertices[i]);
  return graph;
}

boost::dynamic_properties PropertiesOf(Graph& graph) {
  boost::dynamic_properties properties;
  properties.property("peer", boost::get(&Vertex::peer, graph));
  properties.property("group", boost::get(&Vertex::group, graph));
  properties.property("region", boost::get(&Vertex::region, graph));
  properties.property("node_id", boost::get(&Vertex::node_id, graph));
  properties.property("up", boost::get(&Vertex::up, graph));
  properties.property("honest", boost::get(&Vertex::honest, graph));
  properties.property("shared_bits", boost::get(&Edge::shared_bits, graph));
  properties.property("round_trip_us", boost::get(&Edge::round_trip_us, graph));
  return properties;
}

}  // namespace

std::string OverlayGraphml(const WorldView& world, const Selection& selection) {
  Graph graph = GraphOf(world, selection);
  std::ostringstream text;
  boost::write_graphml(text, graph, PropertiesOf(graph), true);
  return std::move(text).str();
}

std::string OverlayDot(const WorldView& world, const Selection& selection) {
  Graph graph = GraphOf(world, selection);
  std::ostringstream text;
  boost::write_graphviz_dp(text, graph, PropertiesOf(graph), "peer");
  return std::move(text).str();
}

}  // namespace sim
