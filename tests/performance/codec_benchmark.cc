// Cost of encoding, decoding and both, per message type; beside them the same Provide through the
// generated Protobuf classes with reused objects, and the crypto suites.
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/base/check.h"
#include "core/codec/canonical.h"
#include "core/codec/matchmaking.pb.h"
#include "core/codec/wire.h"
#include "core/crypto/modelled_suite.h"
#include "core/crypto/sodium_suite.h"
#include "tests/core/codec/frames.h"
#include "tests/core/codec/test_directory.h"

namespace core {
namespace {

namespace pb = orbweaver::wire;

// Everyday sizes: one capability, one address, five records or sixteen contacts in a list.
Message Everyday(size_t index) {
  Random random(StreamKey{.seed = index});
  const auto draw = [&random](uint64_t low, uint64_t high) -> uint64_t {
    if (high == limits::kCapabilitiesMax || high == 5) return high == 5 ? 5 : 1;
    if (high == limits::kCapabilityBytesMax) return 6;
    if (high == 0xffffffff) return 90'000;
    if (high == ~uint64_t{0}) return random.Below(uint64_t{1} << 40);
    return low + random.Below(high - low + 1) / 4 * 4;
  };
  return MessageSampler(draw, kTestPeers, 5).Make(index);
}

struct Fixture {
  TestDirectory directory{kTestPeers};
  Wire wire{TestNetwork(), directory};
  Message message;
  std::vector<uint8_t> frame;
};

void Encode(benchmark::State& state, size_t index) {
  Fixture fixture;
  const Message message = Everyday(index);
  for (auto _ : state) {
    fixture.wire.Encode(message, fixture.frame);
    benchmark::DoNotOptimize(fixture.frame.data());
  }
  state.counters["bytes"] = static_cast<double>(fixture.frame.size());
}

void Decode(benchmark::State& state, size_t index) {
  Fixture fixture;
  fixture.wire.Encode(Everyday(index), fixture.frame);
  for (auto _ : state) CHECK(fixture.wire.Decode(fixture.frame, fixture.message).ok());
  state.counters["bytes"] = static_cast<double>(fixture.frame.size());
}

void RoundTrip(benchmark::State& state, size_t index) {
  Fixture fixture;
  const Message message = Everyday(index);
  for (auto _ : state) {
    fixture.wire.Encode(message, fixture.frame);
    CHECK(fixture.wire.Decode(fixture.frame, fixture.message).ok());
  }
}

// The codec as it would be with generated classes: the same struct, directory, limits and frame.
class GeneratedProvide {
 public:
  void Encode(const Message& message, std::vector<uint8_t>& frame) {
    const auto& in = std::get<Provide>(message.body);
    pb::Record& record = *out_.mutable_record();
    pb::Contact& owner = *record.mutable_owner();
    out_.set_key(in.key.bytes.data(), 32);
    record.set_topic(in.record.topic.bytes.data(), 32);
    owner.set_node_id(directory_.NodeIdOf(in.record.peer).bytes.data(), 32);
    owner.set_public_key(directory_.PublicKeyOf(in.record.peer).data(), 32);
    addresses_.clear();
    directory_.AppendAddresses(in.record.peer, addresses_);
    owner.mutable_addresses()->Clear();
    for (const Address& address : addresses_) {
      owner.add_addresses(address.view().data(), address.view().size());
    }
    record.set_role(static_cast<pb::Role>(in.record.role));
    record.set_specificity(in.record.specificity);
    record.set_budget(in.record.budget);
    record.set_want(in.record.want);
    record.set_ttl_ms(in.record.ttl_ms);
    record.set_sequence(in.record.sequence);
    record.set_attached_ms(in.record.attached_ms);
    record.mutable_capabilities()->Clear();
    in.record.capabilities.ForEach(
        [&](std::string_view text) { record.add_capabilities(text.data(), text.size()); });
    record.set_signature(in.record.signature.data(), 64);
    const size_t size = kFrameHeaderBytes + out_.ByteSizeLong();
    frame.resize(size);
    out_.SerializeWithCachedSizesToArray(&frame[kFrameHeaderBytes]);
    WriteFrameHeader({.length = static_cast<uint32_t>(size),
                      .type = TypeOf<Provide>(),
                      .network = NetworkTag(TestNetwork()),
                      .id = message.id,
                      .sent_ms = message.sent_ms,
                      .ttl_ms = message.ttl_ms},
                     std::span(frame).first<kFrameHeaderBytes>());
  }

  bool Decode(const std::vector<uint8_t>& frame, Message& message) {
    FrameHeader header;
    if (!ReadFrameHeader(frame, header).ok()) return false;
    if (!in_.ParseFromArray(&frame[kFrameHeaderBytes],
                            static_cast<int>(frame.size() - kFrameHeaderBytes)))
      return false;
    message.id = header.id;
    message.sent_ms = header.sent_ms;
    message.ttl_ms = header.ttl_ms;
    auto& out = std::get<Provide>(message.body);
    const pb::Record& record = in_.record();
    const pb::Contact& owner = record.owner();
    bool ok = Copy(in_.key(), out.key.bytes) && Copy(record.topic(), out.record.topic.bytes) &&
              Copy(record.signature(), out.record.signature) &&
              Copy(owner.node_id(), contact_.node_id.bytes) &&
              Copy(owner.public_key(), contact_.public_key) && record.role() >= 1 &&
              record.role() <= 2 && record.specificity() <= 255 && record.budget() <= 65535 &&
              record.want() <= 65535 && owner.addresses_size() >= 1 &&
              owner.addresses_size() <= 4 && record.capabilities_size() <= 16;
    if (!ok) return false;
    contact_.addresses.clear();
    for (const std::string& address : owner.addresses()) {
      if (address.size() > 64) return false;
      contact_.addresses.push_back(Address(address));
    }
    out.record.capabilities.Clear();
    for (const std::string& text : record.capabilities()) {
      if (text.size() > 32) return false;
      out.record.capabilities.Add(text);
    }
    out.record.role = static_cast<Role>(record.role());
    out.record.specificity = static_cast<uint8_t>(record.specificity());
    out.record.budget = static_cast<uint16_t>(record.budget());
    out.record.want = static_cast<uint16_t>(record.want());
    out.record.ttl_ms = record.ttl_ms();
    out.record.sequence = record.sequence();
    out.record.attached_ms = record.attached_ms();
    out.record.peer = directory_.Learn(contact_);
    return out.record.peer != kNoPeer;
  }

 private:
  template <size_t kSize>
  static bool Copy(const std::string& from, std::array<uint8_t, kSize>& to) {
    if (from.size() != kSize) return false;
    std::memcpy(to.data(), from.data(), kSize);
    return true;
  }

  TestDirectory directory_{kTestPeers};
  AddressList addresses_;
  Contact contact_;
  pb::Provide out_;
  pb::Provide in_;
};

void GeneratedEncode(benchmark::State& state) {
  GeneratedProvide codec;
  const Message message = Everyday(Body(Provide{}).index());
  std::vector<uint8_t> frame;
  for (auto _ : state) {
    codec.Encode(message, frame);
    benchmark::DoNotOptimize(frame.data());
  }
}

BENCHMARK(GeneratedEncode);

void GeneratedDecode(benchmark::State& state) {
  GeneratedProvide codec;
  Message message = Everyday(Body(Provide{}).index());
  std::vector<uint8_t> frame;
  codec.Encode(message, frame);
  for (auto _ : state) CHECK(codec.Decode(frame, message));
}

BENCHMARK(GeneratedDecode);

void GeneratedRoundTrip(benchmark::State& state) {
  GeneratedProvide codec;
  const Message message = Everyday(Body(Provide{}).index());
  Message decoded = message;
  std::vector<uint8_t> frame;
  for (auto _ : state) {
    codec.Encode(message, frame);
    CHECK(codec.Decode(frame, decoded));
  }
}

BENCHMARK(GeneratedRoundTrip);

void DirectoryLookup(benchmark::State& state) {
  TestDirectory directory(kTestPeers);
  const Contact contact = directory.ContactOf(PeerId{7});
  for (auto _ : state) benchmark::DoNotOptimize(directory.Learn(contact));
}

BENCHMARK(DirectoryLookup);

void Sign(benchmark::State& state, const Suite& suite) {
  const SecretKey secret{.seed = {1, 2, 3}};
  std::vector<uint8_t> bytes(230, 7);
  for (auto _ : state) {
    bytes[0] = static_cast<uint8_t>(bytes[0] + 1);
    benchmark::DoNotOptimize(suite.Sign(secret, bytes));
  }
}

// The same bytes again and again.
void Verify(benchmark::State& state, const Suite& suite) {
  const SecretKey secret{.seed = {1, 2, 3}};
  const std::vector<uint8_t> bytes(230, 7);
  const PublicKey key = suite.PublicKeyFor(secret);
  const Signature signature = suite.Sign(secret, bytes);
  for (auto _ : state) CHECK(suite.Verify(key, bytes, signature));
}

void RegisterAll(const SodiumSuite& sodium, const ModelledSuite& modelled) {
  for (size_t i = 0; i < kMessageTypeCount; ++i) {
    const std::string name(kMessageTypes[i].name);
    benchmark::RegisterBenchmark(("Encode/" + name).c_str(), Encode, i);
    benchmark::RegisterBenchmark(("Decode/" + name).c_str(), Decode, i);
    benchmark::RegisterBenchmark(("RoundTrip/" + name).c_str(), RoundTrip, i);
  }
  benchmark::RegisterBenchmark("Sign/sodium", [&](benchmark::State& s) { Sign(s, sodium); });
  benchmark::RegisterBenchmark("Sign/modelled", [&](benchmark::State& s) { Sign(s, modelled); });
  benchmark::RegisterBenchmark("Verify/sodium", [&](benchmark::State& s) { Verify(s, sodium); });
  benchmark::RegisterBenchmark("Verify/modelled",
                               [&](benchmark::State& s) { Verify(s, modelled); });
}

}  // namespace
}  // namespace core

int main(int argc, char** argv) {
  const core::SodiumSuite sodium;
  const core::ModelledSuite modelled(core::Digest256{42});
  core::RegisterAll(sodium, modelled);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
