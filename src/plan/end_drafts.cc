// The drafts at both ends of a step: packing the batch, the loss, and counting right answers.
#include "plan/builder.h"

namespace lithe::plan {

using graph::SlotId;
using kernels::row_stride;

template <typename T>
std::size_t Builder<T>::augment() {
  const augment::Augmenter& augmenter = *request_.augmenter;
  const Features& features = request_.examples.features;
  const std::size_t row_bytes = features.columns * size_of(features.type);
  const std::size_t scratch_bytes = kernels::round_up(augmenter.scratch_bytes(), base::kCacheLine);
  const std::size_t images = book("augmented batch", request_.batch * row_bytes);
  const std::size_t scratch = book("scratch of augmentation", threads_ * scratch_bytes);
  Draft<T> own;
  own.info = {ahead_ ? "augment the next batch" : "augment the batch",
              "one resampling of each image",
              {},
              Phase::read};
  own.info.bytes = static_cast<double>(2 * request_.batch * row_bytes);
  const bool shared = threads_ > 1 && request_.batch >= threads_;
  own.uses = {shared ? Workers::all : Workers::first, {{images, true}, {scratch, true}}};
  own.make = [this, &augmenter, row_bytes, images, scratch, scratch_bytes](const Buffers& buffers) {
    auto stage =
        std::make_unique<AugmentStage<T>>(augmenter, row_bytes, buffers.at<std::byte>(images),
                                          buffers.at<std::byte>(scratch), scratch_bytes, ahead_);
    shared_.augment = stage.get();
    return stage;
  };
  drafts.push_back(std::move(own));
  return images;
}

template <typename T>
void Builder<T>::pack() {
  const bool augments = training() && request_.augmenter != nullptr;
  const std::size_t images = augments ? augment() : kNoBuffer;
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

  Draft<T> own;
  own.info = {ahead_ ? "pack the next batch" : "pack the batch", packing_.name, packing_.refused,
              Phase::read};
  own.info.bytes = static_cast<double>(request_.batch) *
                   static_cast<double>(columns * (size_of(features.type) + sizeof(T)));
  own.uses = {ahead_ ? Workers::last : Workers::first,
              {{packed_[ahead_ ? 1 : 0], true}, {any, true}, {blocks, true}}};
  if (augments) own.uses.uses.push_back({images, false});
  own.make = [this, stride, x_bytes, any, blocks, columns, images](const Buffers& buffers) {
    const Features& form = request_.examples.features;
    kernels::Pack<T> pack{};
    pack.row_bytes = columns * size_of(form.type);
    pack.columns = columns;
    pack.divisor = static_cast<T>(form.divisor);
    pack.stride = stride;
    pack.any = buffers.at<std::uint8_t>(any);
    pack.blocks = buffers.at<kernels::PackedBlock>(blocks);
    auto stage = std::make_unique<PackStage<T>>(pack, packing_.kernel, shared_.packed,
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
    shared_.pack = stage.get();
    return stage;
  };
  drafts.push_back(std::move(own));
}

template <typename T>
void Builder<T>::evaluate() {
  const SlotId slot = graph_.output;
  const std::size_t columns = columns_of(slot);
  const std::size_t gradient = book_matrix("gradient of the output", columns);
  add_whole("loss", Phase::forward, {{value_buffer[slot], false}, {gradient, true}},
            [this, slot, columns, gradient](const Buffers& buffers) {
              kernels::LossWork<T> work{};
              work.output = values(buffers, slot).of({});
              work.gradient = values(buffers, slot, gradient).of({});
              work.columns = columns;
              work.argument = static_cast<T>(request_.loss.argument);
              work.sums = shared_.loss_sums;
              auto stage = std::make_unique<LossStage<T>>(work, kernels_.of(request_.loss.loss),
                                                          shared_.tally);
              shared_.loss = stage.get();
              return stage;
            });
  contribute(slot, gradient);
  if (request_.mode != Mode::evaluate) return;
  add_whole("count right answers", Phase::evaluation, {{value_buffer[slot], false}},
            [this, slot, columns](const Buffers& buffers) {
              const T threshold = losses::takes_logits(request_.loss.loss) ? T{0} : T{0.5};
              auto stage = std::make_unique<CountStage<T>>(values(buffers, slot).data, columns,
                                                           threshold, shared_.tally);
              shared_.count = stage.get();
              return stage;
            });
}

// In the place of the loss: whoever runs the plan looks at the outputs and hands in their gradient.
template <typename T>
void Builder<T>::hand_in() {
  const SlotId slot = graph_.output;
  const std::size_t columns = columns_of(slot);
  const std::size_t gradient = book_matrix("gradient of the output", columns);
  add_whole("the gradient that is handed in", Phase::backward_and_update, {{gradient, true}},
            [this, slot, gradient](const Buffers& buffers) {
              auto stage = std::make_unique<HandedStage<T>>(values(buffers, slot, gradient));
              shared_.handed = stage.get();
              return stage;
            });
  contribute(slot, gradient);
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
