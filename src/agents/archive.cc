#include "agents/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/digest.h"
#include "lithe/error.h"
#include "train/model_data.h"

namespace lithe::agents {

namespace {

template <typename T>
std::span<std::uint8_t> bytes_of(std::span<T> values) {
  return {reinterpret_cast<std::uint8_t*>(values.data()), values.size_bytes()};
}

constexpr const char* kDigestKey = "lithe.digest";

std::string digest_of(std::span<const io::TensorView> tensors, const io::Metadata& metadata) {
  std::uint64_t digest = 0;
  const auto add = [&](const std::string& text) {
    digest =
        base::digest_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, digest);
  };
  for (const auto& [key, value] : metadata)
    if (key != kDigestKey) add(key), add(value);
  for (const io::TensorView& tensor : tensors) {
    add(tensor.name);
    digest = base::digest_of(tensor.bytes, digest);
  }
  return fmt::format("{:016x}", digest);
}

}  // namespace

io::SafetensorsFile Archive::read(const std::filesystem::path& path) {
  io::SafetensorsFile file = io::read_safetensors(path);
  const auto kept = file.metadata().find(kDigestKey);
  // Other files, and those of other versions, are told by what they say they are.
  if (kept != file.metadata().end() && kept->second != digest_of(file.tensors(), file.metadata()))
    throw Error(ErrorKind::model, "the state is damaged: it is not what was written", path.string(),
                "a copy of the file, or begin anew without --resume");
  return file;
}

Archive::Archive(io::SafetensorsFile file) : file_(std::move(file)) {}

std::span<const std::uint8_t> Archive::found(const std::string& name, io::Dtype type,
                                             std::size_t bytes) const {
  const io::TensorView* tensor = file_->find(name);
  if (tensor == nullptr || tensor->dtype != type || tensor->bytes.size() != bytes)
    throw Error(ErrorKind::model,
                fmt::format("the array '{}' {}", name,
                            tensor == nullptr ? "is missing" : "has a different size or type"),
                "the state file",
                "the environments, agent, network and options with which it was saved");
  return tensor->bytes;
}

void Archive::add(const std::string& name, io::Dtype type, std::span<std::uint8_t> bytes) {
  if (!reading()) {
    tensors_.push_back({name, type, {bytes.size() / io::size_of(type)}, bytes});
    return;
  }
  const auto from = found(name, type, bytes.size());
  if (!checking) std::copy(from.begin(), from.end(), bytes.begin());
}

void Archive::add(const std::string& name, std::span<float> values) {
  add(name, io::Dtype::f32, bytes_of(values));
}
void Archive::add(const std::string& name, std::span<double> values) {
  add(name, io::Dtype::f64, bytes_of(values));
}
void Archive::add(const std::string& name, std::span<std::uint8_t> values) {
  add(name, io::Dtype::u8, values);
}
void Archive::add(const std::string& name, std::span<std::uint32_t> values) {
  add(name, io::Dtype::u32, bytes_of(values));
}
void Archive::add(const std::string& name, std::uint64_t& value) {
  add(name, io::Dtype::u64, bytes_of(std::span(&value, 1)));
}

void Archive::add(const std::string& name, Model& model) {
  std::visit([&](auto& values) { add(name + ".values", std::span(values.data(), values.size())); },
             data_of(model).values);
}

void Archive::add(const std::string& name, Learner& learner) {
  auto state = learner.state();
  for (auto& [key, array] : state) {
    const std::string full = fmt::format("{}.{}", name, key);
    if (!reading()) {
      kept_.push_back(std::move(array.values));
      add(full, std::span(kept_.back()));
    } else {
      add(full, std::span(array.values));
    }
  }
  if (reading() && !checking) learner.restore(state);
}

void Archive::write(const std::filesystem::path& path, const io::Metadata& metadata) const {
  io::Metadata whole = metadata;
  whole[kDigestKey] = digest_of(tensors_, metadata);
  io::write_safetensors(path, tensors_, whole);
}

}  // namespace lithe::agents
