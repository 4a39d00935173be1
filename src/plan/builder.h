// From a graph to drafts of stages: what each does, which buffers it uses, and how to make it once
// the buffers have a place.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plan/choose.h"
#include "plan/parameters.h"
#include "plan/plan.h"
#include "plan/schedule.h"
#include "plan/stages.h"

namespace lithe::plan {

// Addresses of buffers, known after placement.
class Buffers {
 public:
  Buffers(std::byte* arena, std::vector<std::size_t> offsets)
      : arena_(arena), offsets_(std::move(offsets)) {}
  template <typename T>
  T* at(std::size_t buffer) const {
    return reinterpret_cast<T*>(arena_ + offsets_[buffer]);
  }

 private:
  std::byte* arena_;
  std::vector<std::size_t> offsets_;
};

// What the stages of a plan share while it runs.
template <typename T>
struct Shared {
  Operands<T> packed;
  std::vector<Operands<T>> slots;  // fixed operands, one a slot
  double loss_sums[kernels::kLine<T>] = {};
  std::uint64_t correct = 0;
  PackStage<T>* pack = nullptr;
  LossStage<T>* loss = nullptr;
  CountStage<T>* count = nullptr;
};

template <typename T>
struct Draft {
  StageInfo info;
  StageUses uses;
  std::function<std::unique_ptr<Stage<T>>(const Buffers&)> make;
};

template <typename T>
class Builder {
 public:
  Builder(const Request& request, Parameters<T>& parameters, std::size_t threads,
          Shared<T>& shared);

  // The drafts in the order of a step.
  void build();

  std::vector<Draft<T>> drafts;
  std::vector<std::string> buffer_names;
  std::vector<std::size_t> buffer_bytes;  // 0: not in the arena (learned values)
  std::vector<Exchange> exchanges;
  std::size_t output_buffer = 0, output_stride = 0;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::size_t book(std::string name, std::size_t bytes);
  std::size_t book_matrix(std::string name, std::size_t columns);
  Operands<T>& operands_of(layers::SlotId slot);
  Use use_of_input(layers::SlotId slot) const;
  Workers workers_for(std::size_t columns, double operations) const;
  std::size_t lines_if_shared(std::size_t columns, double operations) const;
  double elementwise_operations(std::size_t columns) const;
  bool indexed(layers::SlotId slot) const { return slot == 0 && packing_.indexed; }
  // Name, operations and bytes of a product that goes through its weights `passes` times.
  Draft<T> draft_product(const layers::Operation& operation, const std::string& what,
                         const layers::ParameterSpec& weight, int passes) const;

  void pack();
  void forward(std::size_t i);
  void evaluate();
  void backward();
  void activate(const layers::Operation& operation, const layers::Activate& work);
  void product(const layers::Operation& operation, const layers::Product& work,
               const layers::Activate* activation);
  void activate_backward(const layers::Operation& operation, const layers::Activate& work);
  void transpose(const layers::Operation& operation, const layers::Product& work);
  void data(const layers::Operation& operation, const layers::Product& work,
            const layers::Activate* activation);
  void update(const layers::Operation& operation, const layers::Product& work);
  const layers::Activate* activation_after(std::size_t operation) const;
  const layers::Activate* activation_before(std::size_t operation) const;

  const Request& request_;
  const layers::Graph& graph_;
  Parameters<T>& parameters_;
  const kernels::Kernels<T>& kernels_;
  std::size_t threads_;
  Shared<T>& shared_;
  bool ahead_;
  PackChoice<T> packing_;
  std::vector<std::size_t> value_, gradient_, weight_;  // buffers of slots and parameters
  std::size_t packed_[2] = {kNone, kNone}, transposed_ = kNone;
};

}  // namespace lithe::plan
