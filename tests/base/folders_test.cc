#include "base/folders.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe::base {
namespace {

TEST(MakeFolder, MakesThoseAboveItAndMindsNoneThatIsThere) {
  const test::TemporaryFolder folder;
  const auto deep = folder.path() / "a" / "b";
  make_folder(deep, "--output");
  make_folder(deep, "--output");
  EXPECT_TRUE(std::filesystem::is_directory(deep));
}

TEST(MakeFolder, SaysWhichItCannotMake) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "file";
  write_file_atomically(file, "x");
  for (const auto& path : {file, file / "below"})
    test::expect_error(ErrorKind::io, {"cannot make the folder", path.string(), "--output FOLDER"},
                       [&] { make_folder(path, "--output FOLDER"); });
}

}  // namespace
}  // namespace lithe::base
