// Windows of a long sequence that go on from one batch to the next (TrainOptions::stateful): the
// windows are divided into as many streams as a batch has rows, and row b of each batch is the next
// window of stream b.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/trainer.h"
#include "train/setup.h"

namespace lithe::train {

// Rows in the order of batches, and how many rows each batch has: as many as there are streams, and
// fewer at the end, where the last streams are over.
struct Streams {
  std::vector<std::uint32_t> rows;
  std::vector<std::size_t> batches;
};
Streams streams_of(std::span<const std::uint32_t> rows, std::size_t streams);

// How many of the rows can be trained on, in batches that are all full.
inline std::size_t rows_of_full_streams(std::size_t rows, std::size_t batch) {
  return rows / batch * batch;
}

// Throws Error where `options.stateful` cannot be: Error(usage) for windows that do not begin where
// the one before ends, several series, an option that looks at single steps, or a network without
// recurrent layers.
void check_stateful(const TrainOptions& options, const graph::Graph& graph, const Examples& train,
                    const Examples& test);
// The same of examples that are evaluated in streams.
void check_streams(const graph::Graph& graph, const Features& features);

// How many streams `asked` says, or the model's training; 0: each example begins without a past.
std::size_t chosen_streams(const Model& model, std::optional<std::size_t> asked);

inline constexpr const char* kStreamsNote = "lithe.streams";

}  // namespace lithe::train
