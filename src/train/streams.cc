#include "train/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lithe/error.h"

namespace lithe::train {

Streams streams_of(std::span<const std::uint32_t> rows, std::size_t streams) {
  Streams result;
  const std::size_t each = (rows.size() + streams - 1) / streams;
  for (std::size_t k = 0; k < each; ++k) {
    const std::size_t before = result.rows.size();
    for (std::size_t b = 0; b * each + k < rows.size() && b < streams; ++b)
      result.rows.push_back(rows[b * each + k]);
    result.batches.push_back(result.rows.size() - before);
  }
  return result;
}

namespace {

[[noreturn]] void fail_stateful(const std::string& problem, const std::string& remedy) {
  throw Error(ErrorKind::usage, problem, "--stateful", remedy);
}

void check_windows(const Features& features) {
  if (features.lengths != nullptr || features.starts != nullptr)
    fail_stateful("the examples are sequences of their own, so none goes on where another ended",
                  "windows of one series, or leave it out");
  if (features.row_stride != features.columns * size_of(features.type))
    fail_stateful("a window does not begin where the one before it ends",
                  "a --stride as large as --window");
}

}  // namespace

void check_streams(const graph::Graph& graph, const Features& features) {
  if (graph.carried.empty())
    fail_stateful("no layer of the network carries anything from one window to the next",
                  "a network with rnn, lstm or gru");
  check_windows(features);
}

std::size_t chosen_streams(const Model& model, std::optional<std::size_t> asked) {
  return asked ? *asked : trained_streams(model);
}

void check_stateful(const TrainOptions& options, const graph::Graph& graph, const Examples& train,
                    const Examples& test) {
  check_streams(graph, train.features);
  if (test.features.rows > 0) check_windows(test.features);
  if (options.validation > 0 && train.overlap == 0)
    fail_stateful(
        "the validation examples are drawn at random, so those to train on are not in order",
        "leave --validation out");
  if (options.watch)
    fail_stateful("watching looks at single steps by themselves", "leave --watch out");
}

}  // namespace lithe::train

namespace lithe {

std::size_t trained_streams(const Model& model) {
  const auto note = model.metadata().find(train::kStreamsNote);
  if (note == model.metadata().end()) return 0;
  std::size_t streams = 0;
  std::from_chars(note->second.data(), note->second.data() + note->second.size(), streams);
  return streams;
}

}  // namespace lithe
