// Links, and what is no picture.
#include "data/pictures/folder_walk.h"

#include <gtest/gtest.h>

#include "data/pictures/pets_sample.h"

namespace lithe {
namespace {

using namespace test;
namespace fs = std::filesystem;

using FolderWalkTest = PetsTest;

TEST_F(FolderWalkTest, LinksToFilesAndFoldersAreFollowed) {
  write_pets(1);
  const fs::path elsewhere = temporary_.path() / "elsewhere";
  write_bytes(elsewhere / "cats" / "a.png", grey_png(4, 4, 20));
  write_bytes(elsewhere / "cats" / "deep" / "b.png", grey_png(4, 4, 21));
  write_bytes(elsewhere / "c.png", grey_png(4, 4, 22));
  write_bytes(elsewhere / "cows" / "d.png", grey_png(4, 4, 200));
  fs::create_directory_symlink(elsewhere / "cats", root() / "cat" / "more");
  fs::create_symlink(elsewhere / "c.png", root() / "cat" / "z.png");
  fs::create_directory_symlink(elsewhere / "cows", root() / "cow");
  const ImageFolder folder = load({.test_share = 0});
  EXPECT_EQ(folder.data.class_names, (std::vector<std::string>{"cat", "cow", "dog"}));
  EXPECT_EQ(levels(folder.data.train), (std::vector<int>{10, 20, 21, 22, 200, 100}));
  EXPECT_TRUE(folder.notes.empty());
  EXPECT_EQ(folder.train_files[2], "cat/more/deep/b.png");
}

TEST_F(FolderWalkTest, AFolderOfLinksAloneIsFound) {
  write_bytes(temporary_.path() / "elsewhere" / "a.png", grey_png(4, 4, 20));
  fs::create_directories(root());
  fs::create_directory_symlink(temporary_.path() / "elsewhere", root() / "cat");
  EXPECT_TRUE(is_image_folder(root()));
}

TEST_F(FolderWalkTest, LoopsEnd) {
  write_pets(1);
  fs::create_directories(root() / "cat" / "deep");
  fs::create_directory_symlink(root() / "cat", root() / "cat" / "deep" / "up");
  fs::create_directory_symlink(root(), root() / "cat" / "root");
  fs::create_directory_symlink(root() / "cat" / "self", root() / "cat" / "self");
  const ImageFolder folder = load({.test_share = 0});
  EXPECT_EQ(levels(folder.data.train), (std::vector<int>{10, 100}));
  EXPECT_TRUE(mentions(folder, "3 files are left out"));
  EXPECT_TRUE(mentions(folder, "cat/deep/up: a link to a folder that is read already"));
  EXPECT_TRUE(mentions(folder, "cat/self: a link to nothing"));
  EXPECT_TRUE(is_image_folder(root()));
}

TEST_F(FolderWalkTest, AFolderIsReadOnceForAClass) {
  write_pets(1);
  fs::create_directory_symlink(root() / "dog", root() / "cat" / "a");
  fs::create_directory_symlink(root() / "dog", root() / "cat" / "b");
  const data::FoundFiles found = data::find_files(root(), root() / "cat");
  EXPECT_EQ(found.files.size(), 2u);
  EXPECT_EQ(found.left_out.size(), 1u);
}

TEST_F(FolderWalkTest, TextsBesidePicturesAreLeftOutWithAWord) {
  write_pets(1);
  write("cat/labels.txt", {'x'});
  write("cat/boxes.XML", {'x'});
  write("loose.jpg", grey_png(4, 4, 1));
  const ImageFolder folder = load({.test_share = 0});
  EXPECT_EQ(levels(folder.data.train), (std::vector<int>{10, 100}));
  EXPECT_TRUE(mentions(folder, "2 files are left out: cat/boxes.XML: not named as a picture is"));
  EXPECT_TRUE(mentions(folder, "Warning: 1 picture is in no folder of a class"));
}

TEST_F(FolderWalkTest, PicturesOfAFolder) {
  write_pets(1);
  write("cat/labels.txt", {'x'});
  const PictureFiles found = pictures_in(root());
  EXPECT_EQ(found.files, (std::vector<fs::path>{root() / "cat/0.png", root() / "dog/0.png"}));
  EXPECT_EQ(found.left_out.size(), 1u);
  expect_error(ErrorKind::io, {"nowhere"}, [&] { pictures_in(root() / "nowhere"); });
}

TEST_F(FolderWalkTest, NamesOfPictures) {
  for (const char* name :
       {"a.png", "a.JPG", "a.jpeg", "a.WebP", "a.gif", "a.BMP", "a.HEIC", "a.tif"})
    EXPECT_TRUE(data::is_named_as_picture(name)) << name;
  for (const char* name : {"a", "a.txt", "png", "a.png.txt", ".png"})
    EXPECT_FALSE(data::is_named_as_picture(name)) << name;
}

}  // namespace
}  // namespace lithe
