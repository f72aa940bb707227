#include "node/discovery/messages.h"

#include "core/base/check.h"
#include "core/codec/canonical.h"

namespace node {
namespace {

using core::DecodeError;

enum class Type : uint8_t {
  kGetPeers = 1,
  kPeers = 2,
  kNatProbe = 3,
  kNatProbeBack = 4,
  kNatResult = 5
};

class Writer {
 public:
  explicit Writer(std::vector<uint8_t>& out) : out_(out) { out_.U8(kDiscoveryVersion); }

  void operator()(const GetPeers&) { Put(Type::kGetPeers); }

  void operator()(const Peers& peers) {
    CHECK(peers.records.size() <= kPeersMax);
    Put(Type::kPeers);
    out_.U8(peers.refusal ? 1 : 0);
    out_.U8(static_cast<uint8_t>(peers.records.size()));
    for (const PeerRecord& record : peers.records) {
      out_.Key(record.id);
      out_.Fixed(record.endpoint.ip.bytes);
      out_.U16(record.endpoint.port);
      out_.U32(record.age_s);
      out_.U8(0);
    }
  }

  void operator()(const NatProbe& probe) {
    Put(Type::kNatProbe);
    out_.U64(probe.token);
    out_.U16(probe.port);
  }

  void operator()(const NatProbeBack& back) {
    Put(Type::kNatProbeBack);
    out_.U64(back.token);
  }

  void operator()(const NatResult& result) {
    Put(Type::kNatResult);
    out_.U64(result.token);
    out_.U8(result.reached ? 1 : 0);
    out_.Fixed(result.seen.bytes);
  }

 private:
  void Put(Type type) { out_.U8(static_cast<uint8_t>(type)); }

  core::CanonicalWriter out_;
};

DecodeError Malformed(const char* text) {
  return {DecodeError::kMalformed, text};
}

// False when the byte is neither 0 nor 1.
bool ReadFlag(core::CanonicalReader& in, bool& flag) {
  const uint8_t byte = in.U8();
  flag = byte == 1;
  return byte <= 1;
}

DecodeError ReadRecord(core::CanonicalReader& in, PeerRecord& record) {
  record.id = in.Key();
  in.Fixed(record.endpoint.ip.bytes);
  record.endpoint.port = in.U16();
  record.age_s = in.U32();
  const uint8_t flags = in.U8();
  if (!in.ok()) return Malformed("peers: shorter than its count");
  if (record.endpoint.port == 0) return Malformed("peers.port: 0, allowed 1 to 65535");
  if (flags != 0) return Malformed("peers.flags: a reserved bit, allowed 0");
  if (ScopeOf(record.endpoint.ip) == Scope::kUnusable) {
    return Malformed("peers.address: cannot be dialled");
  }
  return {};
}

DecodeError ReadPeers(core::CanonicalReader& in, Peers& peers) {
  if (!ReadFlag(in, peers.refusal)) return Malformed("peers.refusal: allowed 0 or 1");
  const uint8_t count = in.U8();
  if (count > kPeersMax) return {DecodeError::kTooLarge, "peers: more than 250"};
  for (uint8_t i = 0; i < count; ++i) {
    PeerRecord record;
    if (const DecodeError error = ReadRecord(in, record); !error.ok()) return error;
    peers.records.push_back(record);
  }
  return {};
}

DecodeError ReadBody(Type type, core::CanonicalReader& in, DiscoveryMessage& message) {
  switch (type) {
    case Type::kGetPeers:
      message = GetPeers{};
      return {};
    case Type::kPeers:
      return ReadPeers(in, message.emplace<Peers>());
    case Type::kNatProbe: {
      auto& probe = message.emplace<NatProbe>();
      probe.token = in.U64();
      probe.port = in.U16();
      return in.ok() && probe.port == 0 ? Malformed("probe.port: 0, allowed 1 to 65535")
                                        : DecodeError{};
    }
    case Type::kNatProbeBack:
      message.emplace<NatProbeBack>().token = in.U64();
      return {};
    case Type::kNatResult: {
      auto& result = message.emplace<NatResult>();
      result.token = in.U64();
      if (!ReadFlag(in, result.reached)) return Malformed("result.reached: allowed 0 or 1");
      in.Fixed(result.seen.bytes);
      return {};
    }
  }
  return {DecodeError::kUnknownType, "type: allowed 1 to 5"};
}

}  // namespace

std::vector<uint8_t> EncodeMessage(const DiscoveryMessage& message) {
  std::vector<uint8_t> bytes;
  std::visit(Writer(bytes), message);
  return bytes;
}

DecodeError DecodeMessage(std::span<const uint8_t> bytes, DiscoveryMessage& message) {
  if (bytes.size() > kDiscoveryMessageMax) {
    return {DecodeError::kTooLarge, "longer than 13754 bytes"};
  }
  core::CanonicalReader in(bytes);
  const uint8_t version = in.U8();
  const uint8_t type = in.U8();
  if (!in.ok()) return Malformed("shorter than its version and type");
  if (version != kDiscoveryVersion) return {DecodeError::kWrongVersion, "version: allowed 1"};
  if (const DecodeError error = ReadBody(static_cast<Type>(type), in, message); !error.ok()) {
    return error;
  }
  if (!in.ok()) return Malformed("shorter than its fields");
  return in.Finished() ? DecodeError{} : Malformed("bytes behind the last field");
}

}  // namespace node
