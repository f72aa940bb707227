// Binding of the network section.
#include "absl/strings/str_cat.h"

#include "sim/scenario/binding.h"
#include "sim/scenario/conform.h"
#include "sim/scenario/section.h"

namespace sim {
namespace {

constexpr std::string_view kLatencyPath = "network.latency";

class NetworkBinder {
 public:
  NetworkBinder(const JsonValue& top, Binding& binding)
      : top_(top), binding_(binding), spec_(binding.scenario.network) {}

  void Run(const JsonValue& network) {
    Read(network, "floor", spec_.floor);
    Read(network, "loss", spec_.loss);
    Read(network, "duplicate", spec_.duplicate);
    Read(network, "reorder", spec_.reorder);
    Read(network, "reorder_extra", spec_.reorder_extra);
    Read(network, "corrupt", spec_.corrupt);
    Read(network, "bandwidth", spec_.bandwidth);
    Read(network, "queue_limit", spec_.queue_limit);
    if (const JsonValue* latency = Good(network, "latency")) Latency(*latency);
    if (const JsonValue* jitter = Good(network, "jitter")) Jitter(*jitter);
  }

 private:
  void Latency(const JsonValue& latency) {
    const JsonValue* model = Good(latency, "model");
    if (model == nullptr) return;
    spec_.model = static_cast<NetworkSpec::Model>(model->number);
    Read(latency, "delay", spec_.fixed);
    Read(latency, "low", spec_.uniform_low);
    Read(latency, "high", spec_.uniform_high);
    Read(latency, "file", spec_.file);
    const JsonValue* file = Good(latency, "file");
    switch (spec_.model) {
      case NetworkSpec::Model::kFixed:
        return AboveFloor(latency, "delay", spec_.fixed);
      case NetworkSpec::Model::kUniform:
        AboveFloor(latency, "low", spec_.uniform_low);
        return UniformOrder(latency);
      case NetworkSpec::Model::kMatrix:
        return file == nullptr ? void() : Matrix(*file);
      case NetworkSpec::Model::kRegions:
        return file == nullptr ? void() : Regions(*file);
    }
  }

  // A delay that would be raised to the floor is not the one that the file asks for.
  void AboveFloor(const JsonValue& latency, std::string_view key, Duration delay) {
    const JsonValue* value = Good(latency, key);
    if (value == nullptr || delay >= spec_.floor) return;
    binding_.findings.Add(
        {value->at, Join(std::string(kLatencyPath), key), DescribeValue(*value),
         "at least network.floor, which is " + FormatQuantity(spec_.floor.us, Measure::kDuration),
         ""});
  }

  void UniformOrder(const JsonValue& latency) {
    if (spec_.uniform_low <= spec_.uniform_high) return;
    const JsonValue* high = Good(latency, "high");
    const JsonValue& at = high != nullptr ? *high : latency;
    binding_.findings.Add(
        {at.at, absl::StrCat(std::string(kLatencyPath), ".high"),
         FormatQuantity(spec_.uniform_high.us, Measure::kDuration),
         "at least \"low\", which is " + FormatQuantity(spec_.uniform_low.us, Measure::kDuration),
         ""});
  }

  void Matrix(const JsonValue& file) {
    const std::string path = absl::StrCat(std::string(kLatencyPath), ".file");
    const auto content = binding_.composer.ReadData(file.text, file.at, path);
    if (!content.has_value()) return;
    binding_.scenario.data_files[file.text] = *content;
    const uint32_t source =
        binding_.composer.AddSource(binding_.composer.ShownName(file.text), FolderOf(file.text));
    auto matrix = ParseMatrix(*content, source, path, binding_.findings);
    if (!matrix.has_value()) return;
    spec_.matrix_side = matrix->side;
    spec_.matrix_one_way_us = std::move(matrix->one_way_us);
  }

  void Regions(const JsonValue& file) {
    const std::string path = absl::StrCat(std::string(kLatencyPath), ".file");
    const JsonValue* network = Good(top_, "network");
    const bool other =
        Good(*network, "parameters") != nullptr && Good(*network, "parameters")->text != file.text;
    if (other) {
      binding_.findings.Add({Good(*network, "parameters")->at, "network.parameters",
                             DescribeValue(*Good(*network, "parameters")),
                             "the file of the regions model, or no such key", ""});
      return;
    }
    const NetworkParameters* parameters = ParametersFor(top_, file.at, path, binding_);
    if (parameters == nullptr) return;
    spec_.regions = parameters->regions;
    spec_.region_one_way_us = parameters->one_way_us;
    spec_.access_us = parameters->access_us;
  }

  void Jitter(const JsonValue& jitter) {
    if (jitter.kind == JsonValue::Kind::kObject) {
      spec_.jitter = BindDistribution(jitter, "network.jitter", binding_);
      return;
    }
    if (jitter.text == "none") return;
    const auto* parameters = ParametersFor(top_, jitter.at, "network.jitter", binding_);
    if (parameters == nullptr) return;
    spec_.jitter = jitter.text == "home" ? parameters->home : parameters->datacentre;
  }

  const JsonValue& top_;
  Binding& binding_;
  NetworkSpec& spec_;
};

}  // namespace

void BindNetwork(const JsonValue& top, Binding& binding) {
  if (const JsonValue* network = Good(top, "network")) NetworkBinder(top, binding).Run(*network);
}

}  // namespace sim
