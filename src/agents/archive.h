// All that a training depends on, by name. Each part says once what it has, as it would to anybody
// who comes by: one visit writes it down, another checks a file against it, a third takes it over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "lithe/learner.h"
#include "lithe/model.h"

namespace lithe::agents {

class Archive {
 public:
  Archive() = default;                         // to be filled
  explicit Archive(io::SafetensorsFile file);  // to be read

  bool reading() const { return file_.has_value(); }
  // While reading: whether what is found is only held against what there is, or taken over too.
  bool checking = false;

  void add(const std::string& name, std::span<float> values);
  void add(const std::string& name, std::span<double> values);
  void add(const std::string& name, std::span<std::uint8_t> values);
  void add(const std::string& name, std::span<std::uint32_t> values);
  void add(const std::string& name, std::uint64_t& value);
  void add(const std::string& name, Model& model);
  void add(const std::string& name, Learner& learner);

  // Throws Error(io).
  void write(const std::filesystem::path& path, const io::Metadata& metadata) const;

 private:
  void add(const std::string& name, io::Dtype type, std::span<std::uint8_t> bytes);
  std::span<const std::uint8_t> found(const std::string& name, io::Dtype type,
                                      std::size_t bytes) const;

  std::optional<io::SafetensorsFile> file_;
  std::vector<io::TensorView> tensors_;
  std::deque<std::vector<double>> kept_;  // what stands nowhere else while it is written
};

}  // namespace lithe::agents
