/** What the page of a documented snippet has. */
declare const file: File;
declare function show(sample: number, image: Blob, width: number): void;
