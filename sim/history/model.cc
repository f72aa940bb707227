#include "sim/history/model.h"

#include <algorithm>
#include <array>

#include "sim/history/block_model.h"
#include "sim/history/kv_model.h"
#include "sim/history/register_model.h"

namespace sim {
namespace {

template <typename Kind>
std::unique_ptr<Model> Make() {
  return std::make_unique<Kind>();
}

constexpr ModelInfo kModels[] = {
    {"register", RegisterModel::kFunctions, Make<RegisterModel>},
    {"kv", KvModel::kFunctions, Make<KvModel>},
    {"block", BlockModel::kFunctions, Make<BlockModel>},
};

}  // namespace

std::span<const ModelInfo> ModelTable() {
  return kModels;
}

std::unique_ptr<Model> MakeModel(std::string_view name) {
  for (const ModelInfo& model : kModels) {
    if (model.name == name) return model.make();
  }
  return nullptr;
}

void RefuseFunction(const Call& call, std::string_view model, Findings& findings) {
  std::string allowed;
  std::string nearest;
  std::string others;
  for (const ModelInfo& one : kModels) {
    if (one.name == model) {
      allowed = QuotedList(one.functions);
      nearest = Nearest(call.function, one.functions);
    } else if (std::find(one.functions.begin(), one.functions.end(), call.function) !=
               one.functions.end()) {
      others += (others.empty() ? "" : " or ") + std::string(one.name);
    }
  }
  if (call.function == "txn") others = "transactions";
  if (!others.empty()) {
    allowed += " in the model " + std::string(model) + "; --model " + others + " has it";
    nearest.clear();
  }
  findings.Add({{0, call.invoked, 1}, "f", Quoted(call.function), allowed, nearest});
}

}  // namespace sim
