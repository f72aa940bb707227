// W1 as a user of ns-3 runs it: a node with the UDP/IPv4 stack per peer, a point-to-point link per
// edge of the graph, 200-byte packets, no codec.
//   ns3_udp N=10000 K=20
// Events are deliveries to a peer, as in the other programs, not the several that ns-3 needs for
// one.
#include <map>
#include <utility>

#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/node-container.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/udp-socket-factory.h>

#include "core/base/check.h"
#include "tests/performance/workload.h"

namespace bench {
namespace {

constexpr uint32_t kNobody = 0xffffffffu;
constexpr uint32_t kPacketBytes = 200;
constexpr uint16_t kPort = 9000;

class Gossip {
 public:
  Gossip(uint32_t peers, uint32_t rumours) : peers_(peers, rumours), addresses_(peers) {
    nodes_.Create(peers);
    ns3::InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(nodes_);
    for (uint32_t i = 0; i < peers; ++i) ConnectUpwards(i);
    for (uint32_t i = 0; i < peers; ++i) {
      sockets_.push_back(
          ns3::Socket::CreateSocket(nodes_.Get(i), ns3::UdpSocketFactory::GetTypeId()));
      sockets_.back()->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
      sockets_.back()->SetRecvCallback(ns3::MakeCallback(&Gossip::Readable, this));
      index_[ns3::PeekPointer(sockets_.back())] = i;
    }
  }

  void Start(uint32_t rumour, uint32_t origin) { Arrive(origin, kNobody, rumour); }

  [[nodiscard]] uint64_t events() const { return events_; }

 private:
  // One link for each pair of neighbours, also where the graph has the pair twice.
  void ConnectUpwards(uint32_t peer) {
    for (const uint32_t other : peers_.NeighboursOf(peer).peer) {
      if (other <= peer || addresses_[peer].contains(other)) continue;
      ns3::PointToPointHelper link;
      link.SetDeviceAttribute("DataRate", ns3::StringValue("1Gbps"));
      link.SetChannelAttribute("Delay", ns3::TimeValue(ns3::MicroSeconds(LatencyOf(peer, other))));
      const auto faces = subnets_.Assign(link.Install(nodes_.Get(peer), nodes_.Get(other)));
      subnets_.NewNetwork();
      addresses_[peer][other] = faces.GetAddress(1);
      addresses_[other][peer] = faces.GetAddress(0);
    }
  }

  void Readable(ns3::Ptr<ns3::Socket> socket) {
    while (const ns3::Ptr<ns3::Packet> packet = socket->Recv()) {
      std::array<uint32_t, kPacketBytes / 4> words{};
      packet->CopyData(reinterpret_cast<uint8_t*>(words.data()), kPacketBytes);
      Arrive(index_.at(ns3::PeekPointer(socket)), words[1], words[0]);
    }
  }

  void Arrive(uint32_t to, uint32_t from, uint32_t rumour) {
    ++events_;
    if (!peers_.Hear(to, rumour)) return;
    const std::array<uint32_t, kPacketBytes / 4> words{rumour, to};
    for (const uint32_t next : peers_.NeighboursOf(to).peer) {
      if (next == from) continue;
      const auto packet =
          ns3::Create<ns3::Packet>(reinterpret_cast<const uint8_t*>(words.data()), kPacketBytes);
      const ns3::InetSocketAddress address(addresses_[to].at(next), kPort);
      CHECK(sockets_[to]->SendTo(packet, 0, address) == static_cast<int>(kPacketBytes));
    }
  }

  GossipPeers peers_;
  ns3::NodeContainer nodes_;
  ns3::Ipv4AddressHelper subnets_{"10.0.0.0", "255.255.255.252"};
  std::vector<std::map<uint32_t, ns3::Ipv4Address>> addresses_;  // By peer, of each neighbour.
  std::vector<ns3::Ptr<ns3::Socket>> sockets_;
  std::map<const ns3::Socket*, uint32_t> index_;
  uint64_t events_ = 0;
};

int Main(int count, char** values) {
  const Arguments arguments(count, values);
  const uint32_t peers = arguments.Number("N", 10'000);
  const uint32_t rumours = arguments.Number("K", 20);
  const double bytes_before = PeakBytes();
  Gossip gossip(peers, rumours);
  for (uint32_t i = 0; i < rumours; ++i) {
    const uint32_t origin = OriginOf(i, peers);
    ns3::Simulator::ScheduleWithContext(origin, ns3::MicroSeconds(StartOf(i)), &Gossip::Start,
                                        &gossip, i, origin);
  }
  const Watch began;
  ns3::Simulator::Run();
  Print({"ns3_udp", "W1", peers, rumours, 1, gossip.events(), bytes_before}, began, "");
  std::_Exit(0);  // Taking ten thousand stacks down is not part of the figure.
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::Main(argc, argv);
}
