// Both ends of a step: inputs, the loss, and counting correct answers.
#include "plan/ends.h"

#include <cassert>
#include <stdexcept>

#include "plan/lowering.h"

namespace lithe::plan {

using graph::SlotId;
using kernels::row_stride;

template <typename T>
BufferId Lowering<T>::augment() {
  const augment::Augmenter& augmenter = *request_.augmenter;
  const Features& features = request_.examples.features;
  const std::size_t row_bytes = features.columns * size_of(features.type);
  const std::size_t scratch_bytes = kernels::round_up(augmenter.scratch_bytes(), base::kCacheLine);
  const BufferId images = book("augmented batch", request_.batch * row_bytes);
  const BufferId scratch = book("scratch of augmentation", threads_ * scratch_bytes);
  LoweredStage<T> own;
  own.info = {ahead_ ? "augment the next batch" : "augment the batch",
              "one resampling of each image",
              {},
              Phase::read};
  own.info.bytes = static_cast<double>(2 * request_.batch * row_bytes);
  const bool shared = threads_ > 1 && request_.batch >= threads_;
  own.access = {shared ? Workers::all : Workers::first, {{images, true}, {scratch, true}}};
  own.make = [this, &augmenter, row_bytes, images, scratch, scratch_bytes](const Buffers& buffers) {
    auto stage =
        std::make_unique<AugmentStage<T>>(augmenter, row_bytes, buffers.at<std::byte>(images),
                                          buffers.at<std::byte>(scratch), scratch_bytes, ahead_);
    ends_.augment = stage.get();
    return stage;
  };
  add(std::move(own));
  return images;
}

template <typename T>
void Lowering<T>::pack() {
  const bool augments = training() && request_.augmenter != nullptr;
  const BufferId images = augments ? augment() : kNoBuffer;
  const Features& features = request_.examples.features;
  const std::size_t columns = features.columns, slack = kernels::kPackSlack;
  const std::size_t stride = row_stride<T>(columns + slack);
  const std::size_t x_bytes = request_.batch * stride * sizeof(T);
  const std::size_t index_bytes = packing_.indexed ? (columns + slack) * sizeof(std::uint32_t) : 0;
  const std::size_t copies = ahead_ ? 2 : 1;
  // x and index of a batch stand together.
  for (std::size_t copy = 0; copy < copies; ++copy) {
    if (packed_[copy] == kNoBuffer) packed_[copy] = book("packed batch", 0);
    buffer_bytes[packed_[copy]] = x_bytes + index_bytes;
  }
  const std::size_t any = book("columns with a value", packing_.indexed ? columns + slack : 64);
  const std::size_t blocks =
      book("blocks with a value",
           packing_.indexed ? (columns / 4 + 1) * sizeof(kernels::PackedBlock) : 64);

  LoweredStage<T> own;
  own.info = {ahead_ ? "pack the next batch" : "pack the batch", packing_.name, packing_.refused,
              Phase::read};
  own.info.bytes = static_cast<double>(request_.batch) *
                   static_cast<double>(columns * (size_of(features.type) + sizeof(T)));
  own.access = {ahead_ ? Workers::last : Workers::first,
                {{packed_[ahead_ ? 1 : 0], true}, {any, true}, {blocks, true}}};
  if (augments) own.access.buffers.push_back({images, false});
  own.make = [this, stride, x_bytes, any, blocks, columns, images](const Buffers& buffers) {
    const Features& form = request_.examples.features;
    kernels::Pack<T> pack{};
    pack.row_bytes = columns * size_of(form.type);
    pack.columns = columns;
    pack.divisor = static_cast<T>(form.divisor);
    pack.stride = stride;
    pack.in_pairs = request_.bfloat16;
    pack.any = buffers.at<std::uint8_t>(any);
    pack.blocks = buffers.at<kernels::PackedBlock>(blocks);
    auto stage = std::make_unique<PackStage<T>>(pack, packing_.kernel, ends_.packed,
                                                packing_.indexed, ahead_, plain_input_);
    auto* first = buffers.at<std::byte>(packed_[0]);
    auto* second = ahead_ ? buffers.at<std::byte>(packed_[1]) : first;
    stage->set_buffers(reinterpret_cast<T*>(first), reinterpret_cast<T*>(second),
                       reinterpret_cast<std::uint32_t*>(first + x_bytes),
                       reinterpret_cast<std::uint32_t*>(second + x_bytes));
    if (images != kNoBuffer) {
      Features changed = form;
      changed.data = buffers.at<std::byte>(images);
      changed.row_stride = pack.row_bytes;
      stage->set_data(changed);
      stage->take_in_order(request_.batch);
    }
    ends_.pack = stage.get();
    return stage;
  };
  add(std::move(own));
}

// The graph's further inputs: their rows of the batch, gathered.
template <typename T>
void Lowering<T>::gather_inputs() {
  for (std::size_t i = 1; i < graph_.inputs.size(); ++i) {
    const auto& [name, slot] = graph_.inputs[i];
    const bool integers = graph_.slots[slot].kind == graph::SlotKind::integers;
    const std::size_t size = graph_.slots[slot].size();
    const BufferId to = integers ? book(name, request_.batch * size * sizeof(std::int32_t))
                                 : book_matrix(name, slot);
    value_buffer[slot] = to;
    add("gather " + name, Phase::read, {{to, true}},
        [this, name, slot, integers, size,
         to](const Buffers& buffers) -> std::unique_ptr<Stage<T>> {
          if (slot == graph_.lengths) {
            auto stage = std::make_unique<GatherLengthsStage<T>>(buffers.at<std::int32_t>(to));
            ends_.lengths = stage.get();
            return stage;
          }
          if (integers) {
            auto stage =
                std::make_unique<GatherIntegersStage<T>>(buffers.at<std::int32_t>(to), size);
            ends_.integers[name] = stage.get();
            return stage;
          }
          auto stage = std::make_unique<GatherStage<T>>(values(buffers, slot));
          ends_.numbers[name] = stage.get();
          return stage;
        });
  }
  for (const auto& carried : graph_.carried) {
    value_buffer[carried.to] = book_matrix(graph_.slots[carried.to].name, carried.to);
    persist(value_buffer[carried.to]);
  }
}

// What is carried to the next step, when this one has used what was carried to it.
template <typename T>
void Lowering<T>::carry() {
  for (const auto& [from, to] : graph_.carried)
    add("carry " + graph_.slots[to].name, Phase::evaluation,
        {{value(from), false}, {value(to), true}}, [this, from, to](const Buffers& buffers) {
          return stage_function<T>(
              [x = values(buffers, from), y = values(buffers, to)](const Batch<T>& batch) {
                for (std::size_t i = 0; i < y.rows(batch); ++i)
                  std::copy_n(x.of(batch).row(i), y.stride, y.of(batch).row(i));
              });
        });
}

template <typename T>
void Lowering<T>::lower_loss() {
  const SlotId slot = graph_.output();
  const BufferId output_gradient = book_matrix("gradient of the output", slot);
  add("loss", Phase::forward, {{value(slot), false}, {output_gradient, true}},
      [this, slot, output_gradient](const Buffers& buffers) {
        const std::size_t positions = graph_.slots[slot].positions;
        kernels::LossWork<T> work{};
        work.output = values(buffers, slot).of({});
        work.gradient = values(buffers, slot, output_gradient).of({});
        work.output.rows = work.gradient.rows = rows(slot);
        work.columns = columns(slot);
        work.argument = static_cast<T>(request_.loss.argument);
        work.sums = ends_.loss_sums;
        ends_.answers.reserve(request_.batch, positions);
        ends_.has_loss = true;
        return std::make_unique<LossStage<T>>(work, kernels_.of(request_.loss.loss), positions,
                                              ends_.answers, ends_.totals);
      });
  contribute(slot, output_gradient);
}

template <typename T>
void Lowering<T>::count_correct() {
  const SlotId slot = graph_.output();
  add("count correct answers", Phase::evaluation, {{value(slot), false}},
      [this, slot](const Buffers& buffers) {
        return std::make_unique<CountStage<T>>(values(buffers, slot).data, columns(slot),
                                               request_.loss.loss, request_.target_deviation,
                                               ends_.answers, ends_.totals);
      });
}

// In the place of the loss: the caller looks at the outputs and computes their gradients.
template <typename T>
void Lowering<T>::external_gradients() {
  for (const auto& [name, slot] : graph_.outputs) {
    const BufferId output_gradient = book_matrix("gradient of " + name, slot);
    add("external gradient of " + name, Phase::backward_and_update, {{output_gradient, true}},
        [this, slot = slot, output_gradient](const Buffers& buffers) {
          auto stage =
              std::make_unique<ExternalGradientStage<T>>(values(buffers, slot, output_gradient));
          ends_.external.push_back(stage.get());
          return stage;
        });
    contribute(slot, output_gradient);
  }
}

#define LITHE_INSTANTIATE(T)                  \
  template void Lowering<T>::pack();          \
  template void Lowering<T>::gather_inputs(); \
  template void Lowering<T>::carry();         \
  template void Lowering<T>::lower_loss();    \
  template void Lowering<T>::count_correct(); \
  template void Lowering<T>::external_gradients();
LITHE_INSTANTIATE(float)
LITHE_INSTANTIATE(double)
#undef LITHE_INSTANTIATE

}  // namespace lithe::plan
