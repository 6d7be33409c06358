// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// c2sp.org/tlog-tiles fixes the height of tiles.
const tileHeight = 8

// An exported ledger: what each file holds.
type mirror map[string][]byte

func readMirror(folder string) (mirror, error) {
	files := mirror{}
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(tree, name)
		return err
	})
	return files, err
}

// tlog puts the height into a tile's path, tlog-tiles does not.
func pathOf(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

func (m mirror) Height() int                         { return tileHeight }
func (m mirror) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

// The hashes of a tile. A partial one of an earlier tree may be gone: it is the beginning of any wider one.
func (m mirror) hashes(tile tlog.Tile) ([]byte, error) {
	for wider := tile; wider.W <= 1<<tileHeight; wider.W++ {
		content, there := m[pathOf(wider)]
		if there && len(content) == wider.W*tlog.HashSize {
			return content[:tile.W*tlog.HashSize], nil
		}
	}
	return nil, fmt.Errorf("%s is missing or of another length", pathOf(tile))
}

func (m mirror) ReadTiles(tiles []tlog.Tile) (contents [][]byte, err error) {
	for _, tile := range tiles {
		content, err := m.hashes(tile)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

// An entry bundle: u16 length || bytes, as many as the bundle's tile has hashes.
func parseBundle(content []byte, entries int) (leaves [][]byte, err error) {
	for len(content) > 0 {
		if len(content) < 2 {
			return nil, errors.New("a bundle ends within a length")
		}
		length := int(binary.BigEndian.Uint16(content))
		if len(content) < 2+length {
			return nil, errors.New("a bundle ends within a leaf")
		}
		leaves = append(leaves, content[2:2+length])
		content = content[2+length:]
	}
	if len(leaves) != entries {
		return nil, fmt.Errorf("a bundle has %d leaves, not %d", len(leaves), entries)
	}
	return leaves, nil
}

// What tlog-tiles calls a tile of entries lies beside the hashes of level 0.
func bundlePath(tile tlog.Tile) string {
	return strings.Replace(pathOf(tile), "tile/0/", "tile/entries/", 1)
}

// The tiles of a tree of this size. NewTiles also lists the narrower ones that a growing log had before each partial one.
func tilesOf(size int64) (tiles []tlog.Tile) {
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		if last := len(tiles) - 1; last >= 0 && tiles[last].L == tile.L && tiles[last].N == tile.N {
			tiles[last] = tile
		} else {
			tiles = append(tiles, tile)
		}
	}
	return tiles
}

func (m mirror) leaves(size int64) (leaves [][]byte, err error) {
	for _, tile := range tilesOf(size) {
		if tile.L != 0 {
			continue
		}
		bundle, err := parseBundle(m[bundlePath(tile)], tile.W)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", bundlePath(tile), err)
		}
		leaves = append(leaves, bundle...)
	}
	return leaves, nil
}

// Hashes as tlog stores them, computed from leaves alone.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) (hashes []tlog.Hash, err error) {
	for _, index := range indexes {
		if index >= int64(len(s)) {
			return nil, errors.New("not that many leaves")
		}
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

func rehash(leaves [][]byte) (stored storedHashes, err error) {
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, stored)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
	}
	return stored, nil
}

// From the leaves up: they hash to every tile, bit by bit, and to the root.
func (m mirror) checkLeaves(tree tlog.Tree) error {
	leaves, err := m.leaves(tree.N)
	if err != nil {
		return err
	}
	stored, err := rehash(leaves)
	if err != nil {
		return err
	}
	if root, err := tlog.TreeHash(tree.N, stored); err != nil || root != tree.Hash {
		return fmt.Errorf("the leaves hash to %v, not to the root %v (%v)", root, tree.Hash, err)
	}
	for _, tile := range tilesOf(tree.N) {
		computed, err := tlog.ReadTileData(tile, stored)
		if err != nil || !bytes.Equal(computed, m[pathOf(tile)]) {
			return fmt.Errorf("%s is not what the leaves hash to (%v)", pathOf(tile), err)
		}
	}
	return nil
}

// Hashes as the tiles have them: nothing is proven of them before checkTiles.
func (m mirror) ReadHashes(indexes []int64) (hashes []tlog.Hash, err error) {
	for _, index := range indexes {
		tile := tlog.TileForIndex(tileHeight, index)
		content, err := m.hashes(tile)
		if err != nil {
			return nil, err
		}
		hash, err := tlog.HashFromTile(tile, content, index)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// What a full tile hashes to, and what the tile above has in its place.
func (m mirror) checkFullTile(tile tlog.Tile) error {
	top := tile.L*tileHeight + tileHeight
	hashes, err := m.ReadHashes([]int64{tlog.StoredHashIndex(top-1, 2*tile.N), tlog.StoredHashIndex(top-1, 2*tile.N+1),
		tlog.StoredHashIndex(top, tile.N)})
	if err != nil {
		return err
	}
	if tlog.NodeHash(hashes[0], hashes[1]) != hashes[2] {
		return fmt.Errorf("%s is not what the tile above says", pathOf(tile))
	}
	return nil
}

// From the root down, without the leaves: the root covers every hash of every partial tile, and these the full ones below.
// TileHashReader is for the same, but that of x/mod before 0.40 leaves up to two tiles unchecked (CVE-2026-56865), and
// Debian 12 has 0.7.
func (m mirror) checkTiles(tree tlog.Tree) error {
	if root, err := tlog.TreeHash(tree.N, m); err != nil || root != tree.Hash {
		return fmt.Errorf("the tiles hash to %v, not to the root %v (%v)", root, tree.Hash, err)
	}
	for _, tile := range tilesOf(tree.N) {
		if tile.W < 1<<tileHeight {
			continue
		}
		if err := m.checkFullTile(tile); err != nil {
			return err
		}
	}
	return nil
}

// That the later tree only adds to the earlier one, by a proof read from the later one's tiles. A proof needs no trust in
// where it comes from.
func (m mirror) checkGrowth(later, earlier tlog.Tree) error {
	proof, err := tlog.ProveTree(later.N, earlier.N, tlog.TileHashReader(later, m))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, later.N, later.Hash, earlier.N, earlier.Hash)
}

// All published checkpoints, the smallest tree first.
func (m mirror) checkpoints(trust *policy) (trees []tlog.Tree, err error) {
	for name, content := range m {
		if path.Dir(name) != "checkpoints" {
			continue
		}
		if _, err := strconv.ParseUint(path.Base(name), 10, 64); err != nil {
			return nil, err
		}
		tree, err := trust.open(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", name, err)
		}
		trees = append(trees, tree)
	}
	sort.Slice(trees, func(i, j int) bool { return trees[i].N < trees[j].N })
	return trees, nil
}
